/// Header fields in the order in which they came or shall go; names are compared without regard to case.
package struct Headers: Sendable {
    private var fields: [(name: String, value: String)] = []

    package init() {}

    /// Adds a field after the others, also if the name is there already.
    package mutating func append(_ value: String, for name: String) { fields.append((name, value)) }

    /// The first value of `name`. Setting replaces all values of that name; `nil` removes them.
    package subscript(name: String) -> String? {
        get { fields.first { Self.same($0.name, name) }?.value }
        set {
            fields.removeAll { Self.same($0.name, name) }
            if let newValue { fields.append((name, newValue)) }
        }
    }

    /// All values of `name`.
    package func all(_ name: String) -> [String] { fields.filter { Self.same($0.name, name) }.map(\.value) }

    private static func same(_ a: String, _ b: String) -> Bool {
        a.utf8.count == b.utf8.count && a.utf8.elementsEqual(b.utf8) { lower($0) == lower($1) }
    }

    private static func lower(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }
}

extension Headers: RandomAccessCollection {
    package var startIndex: Int { 0 }
    package var endIndex: Int { fields.count }
    package subscript(position: Int) -> (name: String, value: String) { fields[position] }
}

extension Headers: ExpressibleByDictionaryLiteral {
    package init(dictionaryLiteral fields: (String, String)...) { self.fields = fields.map { ($0.0, $0.1) } }
}
