/// A Swift type that can stand as `\(…)` in a `Query`, alone, optional, or as the element of an array.
package protocol QueryValue: Sendable {
    /// The type declared to the server, as its object identifier in `pg_type`; fixed for PostgreSQL's own types.
    static var type: UInt32 { get }
    /// The type of an array of these.
    static var arrayType: UInt32 { get }
    /// Appends the binary form, without its length.
    func encode(into buffer: inout ParameterBuffer)
}

/// `bigint`, whatever the platform.
extension Int: QueryValue {
    package static var type: UInt32 { 20 }
    package static var arrayType: UInt32 { 1016 }
    package func encode(into buffer: inout ParameterBuffer) { buffer.append(bigEndian: Int64(self)) }
}

extension Int64: QueryValue {
    package static var type: UInt32 { 20 }
    package static var arrayType: UInt32 { 1016 }
    package func encode(into buffer: inout ParameterBuffer) { buffer.append(bigEndian: self) }
}

extension Int32: QueryValue {
    package static var type: UInt32 { 23 }
    package static var arrayType: UInt32 { 1007 }
    package func encode(into buffer: inout ParameterBuffer) { buffer.append(bigEndian: self) }
}

extension Int16: QueryValue {
    package static var type: UInt32 { 21 }
    package static var arrayType: UInt32 { 1005 }
    package func encode(into buffer: inout ParameterBuffer) { buffer.append(bigEndian: self) }
}

extension Double: QueryValue {
    package static var type: UInt32 { 701 }
    package static var arrayType: UInt32 { 1022 }
    package func encode(into buffer: inout ParameterBuffer) { buffer.append(bigEndian: bitPattern) }
}

extension Bool: QueryValue {
    package static var type: UInt32 { 16 }
    package static var arrayType: UInt32 { 1000 }
    package func encode(into buffer: inout ParameterBuffer) { buffer.append(bigEndian: UInt8(self ? 1 : 0)) }
}

/// `text`; a column of another type needs a cast, as in `\(body)::jsonb`.
extension String: QueryValue {
    package static var type: UInt32 { 25 }
    package static var arrayType: UInt32 { 1009 }
    package func encode(into buffer: inout ParameterBuffer) { buffer.append(text: self) }
}

/// `bytea`.
extension Array: QueryValue where Element == UInt8 {
    package static var type: UInt32 { 17 }
    package static var arrayType: UInt32 { 1001 }
    package func encode(into buffer: inout ParameterBuffer) { buffer.append(self) }
}
