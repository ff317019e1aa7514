import JSON

/// What a JSON value must look like. One description checks requests (`check`) and tells callers (`document`), so
/// that the two cannot differ.
package indirect enum Schema: Sendable, Equatable {
    /// Text of so many characters (Unicode code points), without U+0000.
    case string(ClosedRange<Int>, Format? = nil)
    /// A number written without fraction and exponent.
    case integer(ClosedRange<Int64>)
    case number(ClosedRange<Double>)
    case boolean
    /// One of these texts.
    case choice([String])
    case array(of: Schema, count: ClosedRange<Int>)
    /// Exactly these fields; others are faults.
    case object([Field])
    /// `null`, or what is inside.
    case nullable(Schema)
    /// Anything without U+0000.
    case any

    /// One member of an object.
    package struct Field: Sendable, Equatable {
        package let name: String
        package let schema: Schema
        package let required: Bool
        /// For readers of the API, in Chinese.
        package let description: String

        package static func required(_ name: String, _ schema: Schema, _ description: String) -> Field {
            Field(name: name, schema: schema, required: true, description: description)
        }

        package static func optional(_ name: String, _ schema: Schema, _ description: String) -> Field {
            Field(name: name, schema: schema, required: false, description: description)
        }

        /// A text that must be there: blanks and what Unicode leaves out of display are none.
        var mustBeSeen: Bool {
            if required, case .string(let length, nil) = schema { length.lowerBound > 0 } else { false }
        }
    }

    /// One way in which a value differs from what it must look like.
    package struct Fault: Sendable, Equatable {
        package let path: JSONPath
        /// In Chinese, for the sender.
        package let message: String
    }

    /// How a text must be written.
    package enum Format: Sendable {
        /// RFC 3339 with an offset: `2026-03-01T08:30:00+08:00`.
        case dateTime
        /// `2026-03-01`.
        case date
        /// ASCII letters, digits, `.`, `_` and `-`.
        case code
        /// A lower-case ASCII letter, then these and `_`.
        case word
        /// ASCII digits.
        case digits
    }

    /// `check` stops here: an answer need not be longer than what was sent.
    static let mostFaults = 100

    /// The field `name` if this is an object that has it.
    func field(_ name: String) -> Field? {
        switch self {
        case .object(let fields): fields.first { $0.name == name }
        case .nullable(let schema): schema.field(name)
        default: nil
        }
    }

    /// The value that `text` of a form or a parameter stands for; a text that does not fit stays a text.
    func value(from text: String) -> JSON {
        switch self {
        case .integer: Int64(text).map(JSON.int) ?? .string(text)
        case .number: Double(text).flatMap { $0.isFinite ? .double($0) : nil } ?? .string(text)
        case .boolean: Bool(text).map(JSON.bool) ?? .string(text)
        case .nullable(let schema): schema.value(from: text)
        default: .string(text)
        }
    }
}
