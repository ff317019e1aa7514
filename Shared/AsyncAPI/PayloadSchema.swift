import Casework
import JSON

/// What the payload of an event looks like, as JSON Schema: found by letting the event's own type read from a decoder that notes
/// what is asked of it, so that the document cannot say anything else than the program does.
struct PayloadSchema: PayloadReader {
    /// By kind; `describe` gives the words for a field of it.
    static func schema(of kind: Event.Kind, describe: @escaping (String) -> String?) throws -> JSON {
        let found = Found()
        _ = try Event(kind: kind, from: PayloadSchema(found: found, describe: describe))
        return found.schema
    }

    private final class Found {
        var schema = JSON.null
    }

    private let found: Found
    private let describe: (String) -> String?

    func read<Body: Decodable>() throws -> Body {
        let shape = Shape(describe)
        let body = try Body(from: shape)
        found.schema = shape.schema
        return body
    }
}

/// One value that a type reads: it gives what is asked for, empty, and notes that it was asked.
private final class Shape: Decoder {
    private enum Kind { case unknown, object, array }

    private var kind = Kind.unknown
    private var properties = JSONObject()
    private var required: [JSON] = []
    private var element = JSON.null
    private var single = JSON.null
    private let describe: (String) -> String?

    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    init(_ describe: @escaping (String) -> String?) { self.describe = describe }

    var schema: JSON {
        switch kind {
        case .unknown: single
        case .array: ["type": "array", "items": element]
        case .object:
            // Payloads gain optional fields, so a reader must let others pass.
            ["type": "object", "required": .array(required), "properties": .object(properties)]
        }
    }

    func note(_ value: JSON, for key: some CodingKey, isRequired: Bool) {
        var members = value.object ?? JSONObject()
        members["description"] = describe(key.stringValue).map(JSON.string)
        properties[key.stringValue] = .object(members)
        if isRequired { required.append(.string(key.stringValue)) }
    }

    func note(element value: JSON) { element = value }
    func note(single value: JSON) { single = value }

    /// An empty value of the type, and what it looks like.
    func sample<T: Decodable>(_ type: T.Type) throws -> (T, JSON) {
        if let codes = type as? any CaseIterable.Type, let (value, schema) = Self.first(of: codes) as? (T, JSON) {
            return (value, schema)
        }
        let shape = Shape(describe)
        let value = try T(from: shape)
        return (value, shape.schema)
    }

    private static func first<Codes: CaseIterable>(of codes: Codes.Type) -> (Any, JSON)? {
        let words = codes.allCases.compactMap { ($0 as? any RawRepresentable)?.rawValue as? String }
        guard let first = codes.allCases.first, !words.isEmpty else { return nil }
        return (first, ["type": "string", "enum": .array(words.map(JSON.string))])
    }

    func container<Key: CodingKey>(keyedBy: Key.Type) -> KeyedDecodingContainer<Key> {
        kind = .object
        return KeyedDecodingContainer(ShapeObject(shape: self))
    }

    func unkeyedContainer() -> any UnkeyedDecodingContainer {
        kind = .array
        return ShapeArray(shape: self)
    }

    func singleValueContainer() -> any SingleValueDecodingContainer { ShapeSingle(shape: self) }
}

/// What JSON calls the plain types that payloads hold.
private enum Plain {
    static let text: JSON = ["type": "string"]
    static let truth: JSON = ["type": "boolean"]
    static let whole: JSON = ["type": "integer"]
    static let number: JSON = ["type": "number"]
}

private struct ShapeObject<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let shape: Shape
    var codingPath: [any CodingKey] { [] }
    var allKeys: [Key] { [] }

    private func noted<T>(_ value: T, _ schema: JSON, _ key: Key) -> T {
        shape.note(schema, for: key, isRequired: true)
        return value
    }

    func contains(_ key: Key) -> Bool { true }
    func decodeNil(forKey key: Key) -> Bool { false }
    func decode(_ type: Bool.Type, forKey key: Key) -> Bool { noted(false, Plain.truth, key) }
    func decode(_ type: String.Type, forKey key: Key) -> String { noted("", Plain.text, key) }
    func decode(_ type: Double.Type, forKey key: Key) -> Double { noted(0, Plain.number, key) }
    func decode(_ type: Int.Type, forKey key: Key) -> Int { noted(0, Plain.whole, key) }
    func decode(_ type: Int64.Type, forKey key: Key) -> Int64 { noted(0, Plain.whole, key) }

    func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T {
        let (value, schema) = try shape.sample(type)
        return noted(value, schema, key)
    }

    func decodeIfPresent<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T? {
        let (value, schema) = try shape.sample(type)
        shape.note(schema, for: key, isRequired: false)
        return value
    }
    func decodeIfPresent(_ type: Bool.Type, forKey key: Key) throws -> Bool? { try optional(key) }
    func decodeIfPresent(_ type: String.Type, forKey key: Key) throws -> String? { try optional(key) }
    func decodeIfPresent(_ type: Double.Type, forKey key: Key) throws -> Double? { try optional(key) }
    func decodeIfPresent(_ type: Int.Type, forKey key: Key) throws -> Int? { try optional(key) }
    func decodeIfPresent(_ type: Int64.Type, forKey key: Key) throws -> Int64? { try optional(key) }

    private func optional<T: Decodable>(_ key: Key) throws -> T? {
        let (value, schema) = try shape.sample(T.self)
        shape.note(schema, for: key, isRequired: false)
        return value
    }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<Nested> { throw Unforeseen() }
    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer { throw Unforeseen() }
    func superDecoder() throws -> any Decoder { throw Unforeseen() }
    func superDecoder(forKey key: Key) throws -> any Decoder { throw Unforeseen() }
}

/// One element, so that its type is asked.
private struct ShapeArray: UnkeyedDecodingContainer {
    let shape: Shape
    var currentIndex = 0
    var codingPath: [any CodingKey] { [] }
    var count: Int? { 1 }
    var isAtEnd: Bool { currentIndex > 0 }

    init(shape: Shape) { self.shape = shape }

    mutating func decodeNil() -> Bool { false }
    mutating func decode<T: Decodable>(_ type: T.Type) throws -> T {
        let (value, schema) = try shape.sample(type)
        shape.note(element: schema)
        currentIndex += 1
        return value
    }

    mutating func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type
    ) throws -> KeyedDecodingContainer<Nested> { throw Unforeseen() }
    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer { throw Unforeseen() }
    mutating func superDecoder() throws -> any Decoder { throw Unforeseen() }
}

private struct ShapeSingle: SingleValueDecodingContainer {
    let shape: Shape
    var codingPath: [any CodingKey] { [] }

    private func noted<T>(_ value: T, _ schema: JSON) -> T {
        shape.note(single: schema)
        return value
    }

    func decodeNil() -> Bool { false }
    func decode(_ type: Bool.Type) -> Bool { noted(false, Plain.truth) }
    func decode(_ type: String.Type) -> String { noted("", Plain.text) }
    func decode(_ type: Double.Type) -> Double { noted(0, Plain.number) }
    func decode(_ type: Int.Type) -> Int { noted(0, Plain.whole) }
    func decode(_ type: Int64.Type) -> Int64 { noted(0, Plain.whole) }
    func decode<T: Decodable>(_ type: T.Type) throws -> T {
        let (value, schema) = try shape.sample(type)
        return noted(value, schema)
    }
}

/// A payload that reads in a way that none did so far; the tests read all of them.
private struct Unforeseen: Error {}
