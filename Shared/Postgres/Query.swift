/// One SQL statement and its values: `"SELECT body FROM note WHERE id = \(id)"` sends `$1` and, apart from it, the
/// value.
///
/// So no value can ever become SQL, and neither can a text that is no literal. Its description is the text with `$1`,
/// never a value.
package struct Query: ExpressibleByStringInterpolation, Sendable, CustomStringConvertible, CustomDebugStringConvertible
{
    /// The statement with `$1`, `$2`… in place of values.
    package let text: String
    let parameters: ParameterBuffer

    /// Of a literal only: a text that is put together when the program runs cannot become a statement.
    package init(stringLiteral value: StaticString) {
        text = "\(value)"
        parameters = ParameterBuffer()
    }

    package init(stringInterpolation: StringInterpolation) {
        text = stringInterpolation.text
        parameters = stringInterpolation.parameters
    }

    package var description: String { text }
    package var debugDescription: String { text }
    /// `dump` and reflection show no value either.
    package var customMirror: Mirror { Mirror(self, children: ["text": text]) }
}

extension Query: CustomReflectable {}

extension Query {
    package struct StringInterpolation: StringInterpolationProtocol, Sendable {
        fileprivate var text = ""
        fileprivate var parameters = ParameterBuffer()

        package init(literalCapacity: Int, interpolationCount: Int) {
            text.reserveCapacity(literalCapacity + interpolationCount * 3)
        }

        package mutating func appendLiteral(_ literal: StaticString) {
            text += "\(literal)"
        }

        package mutating func appendInterpolation(_ value: some QueryValue) {
            parameters.append(value)
            appendPlaceholder()
        }

        package mutating func appendInterpolation(_ value: (some QueryValue)?) {
            parameters.append(value)
            appendPlaceholder()
        }

        package mutating func appendInterpolation(_ values: [some QueryValue]) {
            parameters.append(array: values)
            appendPlaceholder()
        }

        package mutating func appendInterpolation<Value: QueryValue>(_ values: [Value?]?) {
            parameters.append(array: values)
            appendPlaceholder()
        }

        /// SQL that is fixed when the program is built, such as a table's name; never anything from outside.
        package mutating func appendInterpolation(raw sql: StaticString) {
            text += "\(sql)"
        }

        private mutating func appendPlaceholder() {
            text += "$\(parameters.count)"
        }
    }
}
