/// A parsed text that still knows where each value stood, so that a mistake in a file can be named by its line.
package struct JSONDocument: Sendable {
    package let value: JSON
    private let bytes: [UInt8]
    /// Where each value begins (a member at its key), in the order of the text.
    private let places: [Int]

    /// Reads `bytes` as `JSON.parse` does and throws the same errors.
    package init(_ bytes: [UInt8], maximumDepth: Int = JSON.defaultDepth) throws(JSONError) {
        (value, places) = try bytes.withUnsafeBufferPointer { buffer throws(JSONError) in
            var parser = JSONParser(buffer, maximumDepth: maximumDepth, keepingPlaces: true)
            let value = try parser.document()
            return (value, parser.places ?? [])
        }
        self.bytes = bytes
    }

    /// The line, from 1, on which the value at `path` begins; a member begins at its key. Where the path leads to
    /// nothing, the line of the last thing on it that exists, which is where a missing key would have to stand.
    package func line(of path: JSONPath) -> Int {
        var place = 0
        var current = value
        for step in path.steps {
            guard let (distance, next) = Self.find(step, in: current) else { break }
            place += distance
            current = next
        }
        return bytes.withUnsafeBufferPointer { $0.lineAndColumn(of: places[place]).line }
    }

    /// The value one step down, and how many places further it stands.
    private static func find(_ step: JSONPath.Step, in value: JSON) -> (distance: Int, value: JSON)? {
        let children: [JSON]
        let wanted: Int
        switch (step, value) {
        case (.index(let index), .array(let elements)) where elements.indices.contains(index):
            (children, wanted) = (elements, index)
        case (.key(let key), .object(let members)):
            guard let position = members.firstIndex(where: { $0.key == key }) else { return nil }
            (children, wanted) = (members.map(\.value), position)
        default: return nil
        }
        return (1 + children[..<wanted].reduce(0) { $0 + size($1) }, children[wanted])
    }

    /// How many places a value takes: one of its own and those of all that is inside.
    private static func size(_ value: JSON) -> Int {
        switch value {
        case .array(let elements): elements.reduce(1) { $0 + size($1) }
        case .object(let members): members.reduce(1) { $0 + size($1.value) }
        default: 1
        }
    }
}
