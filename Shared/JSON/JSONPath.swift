/// The way from the top of a document to one value: `["classify", "subject", 3]`.
package struct JSONPath: Sendable, Hashable {
    /// One step down: into an object by key, or into an array by position from 0.
    package enum Step: Sendable, Hashable {
        case key(String)
        case index(Int)
    }

    package var steps: [Step]

    package init(_ steps: [Step] = []) { self.steps = steps }

    /// This path and one key more.
    package func appending(_ key: String) -> JSONPath { JSONPath(steps + [.key(key)]) }

    /// This path and one position more.
    package func appending(_ index: Int) -> JSONPath { JSONPath(steps + [.index(index)]) }

    /// As a JSON Pointer (RFC 6901): `/classify/subject/3`; the whole document is the empty text.
    package var pointer: String {
        steps.reduce(into: "") { pointer, step in
            switch step {
            case .index(let index): pointer += "/\(index)"
            case .key(let key):
                pointer += "/"
                for scalar in key.unicodeScalars {
                    switch scalar {
                    case "~": pointer += "~0"
                    case "/": pointer += "~1"
                    default: pointer.unicodeScalars.append(scalar)
                    }
                }
            }
        }
    }
}

extension JSONPath: ExpressibleByArrayLiteral {
    package init(arrayLiteral steps: Step...) { self.steps = steps }
}

extension JSONPath.Step: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral {
    package init(stringLiteral key: String) { self = .key(key) }
    package init(integerLiteral index: Int) { self = .index(index) }
}
