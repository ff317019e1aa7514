extension JSON {
    /// How deep arrays and objects may stand in each other unless the caller says otherwise.
    package static let defaultDepth = 32

    /// Reads exactly one value, strictly as RFC 8259 has it, with white space around it and nothing else.
    ///
    /// Refused besides what the grammar refuses: bytes that are no UTF-8, half surrogate pairs, a key twice in one
    /// object, whole numbers beyond 64 bits, numbers beyond `Double`, a byte order mark. Time and memory grow with
    /// the length only.
    /// - Parameter maximumDepth: bounds the stack that a hostile text can use; `[` alone is depth 1.
    package static func parse(
        _ bytes: UnsafeBufferPointer<UInt8>, maximumDepth: Int = defaultDepth
    ) throws(JSONError) -> JSON {
        var parser = JSONParser(bytes, maximumDepth: maximumDepth)
        return try parser.document()
    }

    /// The same for bytes in an array.
    package static func parse(_ bytes: [UInt8], maximumDepth: Int = defaultDepth) throws(JSONError) -> JSON {
        try bytes.withUnsafeBufferPointer { buffer throws(JSONError) in
            try parse(buffer, maximumDepth: maximumDepth)
        }
    }

    /// The same for text.
    package static func parse(_ text: String, maximumDepth: Int = defaultDepth) throws(JSONError) -> JSON {
        try parse(Array(text.utf8), maximumDepth: maximumDepth)
    }
}
