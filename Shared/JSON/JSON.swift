/// A JSON value as it was written: `true` is not `1`, `1` is not `1.0`, and an object keeps the order of its keys.
///
/// Two strings are equal when Swift says so, that is by canonical equivalence; two objects are equal whatever the
/// order of their keys.
package enum JSON: Sendable, Equatable {
    case null
    case bool(Bool)
    /// A number written without fraction and exponent.
    case int(Int64)
    /// A number written with a fraction or an exponent; finite when it was parsed.
    case double(Double)
    /// Text that may contain U+0000; `hasNUL` tells.
    case string(String)
    case array([JSON])
    case object(JSONObject)
}

extension JSON {
    /// The text, or `nil` if this is no string.
    package var string: String? {
        if case .string(let text) = self { text } else { nil }
    }

    /// The whole number, or `nil` if this is anything else (also if it is `1.0`).
    package var int: Int64? {
        if case .int(let number) = self { number } else { nil }
    }

    /// The number, whichever way it was written, or `nil` if this is no number.
    package var double: Double? {
        switch self {
        case .int(let number): Double(number)
        case .double(let number): number
        default: nil
        }
    }

    /// The truth value, or `nil` if this is neither `true` nor `false`.
    package var bool: Bool? {
        if case .bool(let truth) = self { truth } else { nil }
    }

    /// The elements, or `nil` if this is no array.
    package var array: [JSON]? {
        if case .array(let elements) = self { elements } else { nil }
    }

    /// The members, or `nil` if this is no object.
    package var object: JSONObject? {
        if case .object(let members) = self { members } else { nil }
    }

    /// Whether this is `null`.
    package var isNull: Bool { self == .null }

    /// The value under `key`, or `nil` if this is no object or lacks the key.
    package subscript(key: String) -> JSON? { object?[key] }

    /// The element at `index`, or `nil` if this is no array or too short.
    package subscript(index: Int) -> JSON? {
        guard case .array(let elements) = self, elements.indices.contains(index) else { return nil }
        return elements[index]
    }

    /// Whether the value or anything inside it, keys included, is text with a U+0000, which PostgreSQL cannot store.
    package var hasNUL: Bool {
        switch self {
        case .null, .bool, .int, .double: false
        case .string(let text): text.utf8.contains(0)
        case .array(let elements): elements.contains { $0.hasNUL }
        case .object(let members): members.contains { $0.key.utf8.contains(0) || $0.value.hasNUL }
        }
    }
}
