/// One pass over borrowed bytes; reads values by recursive descent. Strings and numbers are in `JSONParser+Scalars`.
struct JSONParser {
    let bytes: UnsafeBufferPointer<UInt8>
    let maximumDepth: Int
    /// Where the next byte to read stands.
    var position = 0
    /// If asked for: where each value begins, in the order of the text; a member begins at its key.
    private(set) var places: [Int]?

    init(_ bytes: UnsafeBufferPointer<UInt8>, maximumDepth: Int, keepingPlaces: Bool = false) {
        self.bytes = bytes
        self.maximumDepth = maximumDepth
        self.places = keepingPlaces ? [] : nil
    }

    /// The whole text as one value.
    mutating func document() throws(JSONError) -> JSON {
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { throw error(.byteOrderMark) }
        skipSpace()
        places?.append(position)
        let value = try value(depth: 0)
        skipSpace()
        guard position == bytes.count else { throw error(.trailingBytes) }
        return value
    }

    private mutating func value(depth: Int) throws(JSONError) -> JSON {
        switch try peek() {
        case UInt8(ascii: "{"): return try object(depth: depth + 1)
        case UInt8(ascii: "["): return try array(depth: depth + 1)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        default: throw error(.unexpectedByte)
        }
    }

    private mutating func array(depth: Int) throws(JSONError) -> JSON {
        guard depth <= maximumDepth else { throw error(.tooDeep) }
        position += 1
        var elements: [JSON] = []
        skipSpace()
        if try take(UInt8(ascii: "]")) { return .array(elements) }
        repeat {
            skipSpace()
            places?.append(position)
            elements.append(try value(depth: depth))
            skipSpace()
        } while try take(UInt8(ascii: ","))
        guard try take(UInt8(ascii: "]")) else { throw error(.unexpectedByte) }
        return .array(elements)
    }

    private mutating func object(depth: Int) throws(JSONError) -> JSON {
        guard depth <= maximumDepth else { throw error(.tooDeep) }
        position += 1
        var object = JSONObject()
        skipSpace()
        if try take(UInt8(ascii: "}")) { return .object(object) }
        repeat {
            skipSpace()
            let place = position
            places?.append(place)
            guard try peek() == UInt8(ascii: "\"") else { throw error(.unexpectedByte) }
            let key = try string()
            skipSpace()
            guard try take(UInt8(ascii: ":")) else { throw error(.unexpectedByte) }
            skipSpace()
            guard object.append(try value(depth: depth), for: key) else { throw error(.duplicateKey, at: place) }
            skipSpace()
        } while try take(UInt8(ascii: ","))
        guard try take(UInt8(ascii: "}")) else { throw error(.unexpectedByte) }
        return .object(object)
    }

    private mutating func word(_ word: StaticString, _ value: JSON) throws(JSONError) -> JSON {
        for offset in 0..<word.utf8CodeUnitCount {
            guard try peek() == word.utf8Start[offset] else { throw error(.unexpectedByte) }
            position += 1
        }
        return value
    }

    /// The next byte, which stays; the end of the text is an error wherever this is called.
    func peek() throws(JSONError) -> UInt8 {
        guard position < bytes.count else { throw error(.unexpectedEnd) }
        return bytes[position]
    }

    /// Steps over `byte` if it is next.
    private mutating func take(_ byte: UInt8) throws(JSONError) -> Bool {
        guard try peek() == byte else { return false }
        position += 1
        return true
    }

    private mutating func skipSpace() {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x0A, 0x0D, 0x09: position += 1
            default: return
            }
        }
    }

    /// The error for `reason` at `offset` (default: at the next byte), with its line and column.
    func error(_ reason: JSONError.Reason, at offset: Int? = nil) -> JSONError {
        let (line, column) = bytes.lineAndColumn(of: offset ?? position)
        return JSONError(reason: reason, line: line, column: column)
    }
}

extension UnsafeBufferPointer<UInt8> {
    /// Line and column, both from 1, of the byte at `offset`; columns count code points, that is no UTF-8
    /// continuations.
    func lineAndColumn(of offset: Int) -> (line: Int, column: Int) {
        var line = 1
        var column = 1
        for byte in self[..<Swift.min(offset, count)] {
            if byte == 0x0A {
                line += 1
                column = 1
            } else if byte & 0xC0 != 0x80 {
                column += 1
            }
        }
        return (line, column)
    }
}
