/// The values of one query, in PostgreSQL's binary form, one after the other in one buffer.
///
/// Binary, because it needs no quoting: no text, however odd, can be taken for anything but a value.
package struct ParameterBuffer: Sendable {
    /// Largest sum of a query's values, 256 MiB: the server refuses single values from 1 GiB on.
    static let bytesAtMost = 256 << 20
    /// The protocol counts parameters in 16 bits.
    static let countAtMost = 65_535

    private struct Place {
        let start: Int
        /// -1 for NULL, as libpq has no other mark but a missing pointer.
        let length: Int
    }

    /// One byte ahead, so that even an empty value has an address: libpq takes a missing one for NULL.
    private var bytes: [UInt8] = [0]
    private var places: [Place] = []
    private(set) var types: [UInt32] = []
    /// The first value that PostgreSQL cannot hold; thrown when the query is used, as interpolation cannot throw.
    private(set) var fault: PostgresError?

    var count: Int { places.count }
    var byteCount: Int { bytes.count }

    // MARK: Whole parameters

    mutating func append<Value: QueryValue>(_ value: Value?) {
        let start = bytes.count
        value?.encode(into: &self)
        close(type: Value.type, start: start, isNull: value == nil)
    }

    /// A one-dimensional array: dimensions, a flag for NULLs, element type, length, lower bound, then each element.
    mutating func append<Value: QueryValue>(array: [Value?]?) {
        let start = bytes.count
        if let array {
            appendArrayHeader(of: Value.self, count: array.count, hasNull: array.contains { $0 == nil })
            for value in array { appendElement(value) }
        }
        close(type: Value.arrayType, start: start, isNull: array == nil)
    }

    /// As above, without wrapping each of possibly thousands of elements in an optional.
    mutating func append<Value: QueryValue>(array: [Value]) {
        let start = bytes.count
        appendArrayHeader(of: Value.self, count: array.count, hasNull: false)
        for value in array { appendElement(value) }
        close(type: Value.arrayType, start: start, isNull: false)
    }

    private mutating func appendArrayHeader<Value: QueryValue>(of: Value.Type, count: Int, hasNull: Bool) {
        append(bigEndian: Int32(count == 0 ? 0 : 1))
        append(bigEndian: Int32(hasNull ? 1 : 0))
        append(bigEndian: Value.type)
        guard count > 0 else { return }
        append(bigEndian: Int32(clamping: count))
        append(bigEndian: Int32(1))
        bytes.reserveCapacity(bytes.count + count * 12)
    }

    private mutating func appendElement<Value: QueryValue>(_ value: Value?) {
        let start = bytes.count
        append(bigEndian: Int32(-1))
        guard let value else { return }
        value.encode(into: &self)
        // The length is known only now; it goes where the place was kept.
        withUnsafeBytes(of: Int32(clamping: bytes.count - start - 4).bigEndian) { length in
            for i in 0..<4 { bytes[start + i] = length[i] }
        }
    }

    private mutating func close(type: UInt32, start: Int, isNull: Bool) {
        places.append(Place(start: start, length: isNull ? -1 : bytes.count - start))
        types.append(type)
        if bytes.count > Self.bytesAtMost { refuse("the values of a query exceed \(Self.bytesAtMost >> 20) MiB") }
        if places.count > Self.countAtMost { refuse("a query has more than \(Self.countAtMost) values") }
    }

    // MARK: Bytes, for `QueryValue`

    mutating func append<Number: FixedWidthInteger>(bigEndian number: Number) {
        withUnsafeBytes(of: number.bigEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func append(_ value: some Collection<UInt8>) {
        bytes.append(contentsOf: value)
    }

    /// Appends UTF-8; a NUL, which PostgreSQL's text cannot hold, makes the whole query unusable.
    mutating func append(text: String) {
        var text = text
        let holdsNUL = text.withUTF8 { utf8 in
            bytes.append(contentsOf: utf8)
            return utf8.contains(0)
        }
        if holdsNUL { refuse("a text holds a NUL character") }
    }

    private mutating func refuse(_ reason: String) {
        if fault == nil { fault = PostgresError(.value, reason) }
    }

    // MARK: For libpq

    /// Lends what `PQsendQueryPrepared` takes. The pointers die with the call.
    func withPointers<Result>(
        _ body: (_ values: [UnsafePointer<CChar>?], _ lengths: [Int32], _ formats: [Int32]) -> Result
    ) -> Result {
        bytes.withUnsafeBytes { buffer in
            let base = buffer.baseAddress!.assumingMemoryBound(to: CChar.self)
            return body(
                places.map { $0.length < 0 ? nil : base + $0.start },
                places.map { Int32(max(0, $0.length)) },
                [Int32](repeating: 1, count: places.count))
        }
    }
}
