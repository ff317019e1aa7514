/// A piece of a page. What is put in is escaped, by construction: only a literal is markup, so nothing that somebody typed
/// can become any.
///
///     let line: HTML = "<p title='\(hint)'>\(text)</p>"     // in double or single quotes, or between tags
package struct HTML: ExpressibleByStringInterpolation, Sendable {
    package let text: String

    /// Of a literal only.
    package init(stringLiteral value: StaticString) { text = "\(value)" }

    package init(stringInterpolation: StringInterpolation) { text = stringInterpolation.text }

    /// Pieces one after the other.
    package init(_ pieces: [HTML]) { text = pieces.map(\.text).joined(separator: "\n") }

    package struct StringInterpolation: StringInterpolationProtocol, Sendable {
        fileprivate var text = ""

        package init(literalCapacity: Int, interpolationCount: Int) {
            text.reserveCapacity(literalCapacity + interpolationCount * 32)
        }

        package mutating func appendLiteral(_ literal: StaticString) { text += "\(literal)" }

        package mutating func appendInterpolation(_ value: String) { text += HTML.escaped(value) }

        package mutating func appendInterpolation(_ value: Int) { text += "\(value)" }

        /// A piece that is markup already; `nil` is nothing.
        package mutating func appendInterpolation(_ piece: HTML?) { text += piece?.text ?? "" }

        package mutating func appendInterpolation(_ pieces: [HTML]) {
            text += pieces.map(\.text).joined(separator: "\n")
        }
    }

    /// Between tags and in quoted values. What no HTML may hold (U+0000 and other controls) becomes U+FFFD.
    private static func escaped(_ value: String) -> String {
        var text = ""
        text.reserveCapacity(value.utf8.count)
        for scalar in value.unicodeScalars {
            switch scalar {
            case "&": text += "&amp;"
            case "<": text += "&lt;"
            case ">": text += "&gt;"
            case "\"": text += "&quot;"
            case "'": text += "&#39;"
            case "\n", "\r", "\t": text.unicodeScalars.append(scalar)
            case _ where scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value): text += "\u{FFFD}"
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text
    }
}
