extension JSON {
    /// `value` as JSON without white space, keys in the order of their bytes, so that the same value is the same text. Numbers
    /// without a fraction are written without one.
    ///
    /// Foundation's encoder writes the same text, but takes several times as long: it keeps an object of its own for each value
    /// and a dictionary for each container, and whatever happens to a case is encoded on its way.
    /// - Throws: what `value` does; `EncodingError` for a number that JSON or 64 bits cannot hold.
    package static func text(encoding value: some Encodable) throws -> String {
        let node = EncodedNode()
        try value.encode(to: node)
        var writer = JSONWriter()
        node.write(to: &writer)
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}

/// One object, array or single value while it is taken apart.
final class EncodedNode: Encoder {
    enum Value {
        case plain(JSON)
        case node(EncodedNode)
    }

    private enum Shape { case single, array, object }

    private var shape = Shape.single
    /// Of an object, beside `values`.
    private var keys: [String] = []
    private(set) var values: [Value] = []

    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy: Key.Type) -> KeyedEncodingContainer<Key> {
        shape = .object
        return KeyedEncodingContainer(EncodedObject(node: self))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        shape = .array
        return EncodedArray(node: self)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer { EncodedSingle(node: self) }

    func add(_ value: Value) { values.append(value) }

    func add(_ value: Value, for key: some CodingKey) {
        keys.append(key.stringValue)
        values.append(value)
    }

    func write(to writer: inout JSONWriter) {
        switch shape {
        case .single:
            if let value = values.last { Self.write(value, to: &writer) } else { writer.write(.object(JSONObject())) }
        case .array:
            writer.list("[", "]", of: values.indices) { index, writer in Self.write(values[index], to: &writer) }
        case .object:
            let order = keys.indices.sorted { keys[$0] < keys[$1] }
            writer.list("{", "}", of: order) { index, writer in
                writer.write(key: keys[index])
                Self.write(values[index], to: &writer)
            }
        }
    }

    private static func write(_ value: Value, to writer: inout JSONWriter) {
        switch value {
        case .plain(let json): writer.write(json)
        case .node(let node): node.write(to: &writer)
        }
    }
}

extension EncodedNode.Value {
    init(_ value: some Encodable) throws {
        let node = EncodedNode()
        try value.encode(to: node)
        self = .node(node)
    }

    init(number: some BinaryInteger) throws {
        guard let number = Int64(exactly: number) else { throw Self.unwritable(number) }
        self = .plain(.int(number))
    }

    init(number: Double) throws {
        guard number.isFinite else { throw Self.unwritable(number) }
        self = .plain(Int64(exactly: number).map(JSON.int) ?? .double(number))
    }

    private static func unwritable(_ number: Any) -> EncodingError {
        .invalidValue(number, .init(codingPath: [], debugDescription: "a number that JSON cannot hold"))
    }
}

private struct EncodedObject<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let node: EncodedNode
    var codingPath: [any CodingKey] { [] }

    func encodeNil(forKey key: Key) { node.add(.plain(.null), for: key) }
    func encode(_ value: Bool, forKey key: Key) { node.add(.plain(.bool(value)), for: key) }
    func encode(_ value: String, forKey key: Key) { node.add(.plain(.string(value)), for: key) }
    func encode(_ value: Double, forKey key: Key) throws { node.add(try .init(number: value), for: key) }
    func encode(_ value: Int, forKey key: Key) { node.add(.plain(.int(Int64(value))), for: key) }
    func encode(_ value: Int64, forKey key: Key) { node.add(.plain(.int(value)), for: key) }
    func encode(_ value: some Encodable, forKey key: Key) throws { node.add(try .init(value), for: key) }

    private func child(_ key: some CodingKey) -> EncodedNode {
        let child = EncodedNode()
        node.add(.node(child), for: key)
        return child
    }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type, forKey key: Key
    ) -> KeyedEncodingContainer<Nested> { child(key).container(keyedBy: type) }
    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer { child(key).unkeyedContainer() }
    func superEncoder() -> any Encoder { child(SuperKey()) }
    func superEncoder(forKey key: Key) -> any Encoder { child(key) }
}

private struct EncodedArray: UnkeyedEncodingContainer {
    let node: EncodedNode
    var codingPath: [any CodingKey] { [] }
    var count: Int { node.values.count }

    func encodeNil() { node.add(.plain(.null)) }
    func encode(_ value: String) { node.add(.plain(.string(value))) }
    func encode(_ value: some Encodable) throws { node.add(try .init(value)) }

    private func child() -> EncodedNode {
        let child = EncodedNode()
        node.add(.node(child))
        return child
    }

    func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<Nested> {
        child().container(keyedBy: type)
    }
    func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { child().unkeyedContainer() }
    func superEncoder() -> any Encoder { child() }
}

private struct EncodedSingle: SingleValueEncodingContainer {
    let node: EncodedNode
    var codingPath: [any CodingKey] { [] }

    func encodeNil() { node.add(.plain(.null)) }
    func encode(_ value: Bool) { node.add(.plain(.bool(value))) }
    func encode(_ value: String) { node.add(.plain(.string(value))) }
    func encode(_ value: Double) throws { node.add(try .init(number: value)) }
    func encode(_ value: Float) throws { node.add(try .init(number: Double(value))) }
    func encode(_ value: Int) { node.add(.plain(.int(Int64(value)))) }
    func encode(_ value: Int8) { node.add(.plain(.int(Int64(value)))) }
    func encode(_ value: Int16) { node.add(.plain(.int(Int64(value)))) }
    func encode(_ value: Int32) { node.add(.plain(.int(Int64(value)))) }
    func encode(_ value: Int64) { node.add(.plain(.int(value))) }
    func encode(_ value: UInt) throws { node.add(try .init(number: value)) }
    func encode(_ value: UInt8) { node.add(.plain(.int(Int64(value)))) }
    func encode(_ value: UInt16) { node.add(.plain(.int(Int64(value)))) }
    func encode(_ value: UInt32) { node.add(.plain(.int(Int64(value)))) }
    func encode(_ value: UInt64) throws { node.add(try .init(number: value)) }
    func encode(_ value: some Encodable) throws { node.add(try .init(value)) }
}

private struct SuperKey: CodingKey {
    var stringValue: String { "super" }
    var intValue: Int? { nil }
    init() {}
    init?(stringValue: String) { nil }
    init?(intValue: Int) { nil }
}
