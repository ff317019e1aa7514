import HTTP
import JSON
import Pages
import Policies

/// What channels and sources have of their own, as questions of a form and as answers to them.
extension Particular {
    private static let place = "/particulars/"

    /// Beside which question a fault of `read` belongs; `nil`: none of these.
    static func field(of fault: Problem.Field) -> String? {
        fault.name.hasPrefix(place) ? String(fault.name.dropFirst(place.count)) : nil
    }

    /// - Parameter isRequired: `nil`: as the list says.
    func field(isRequired: Bool? = nil) -> Field {
        let kind: Field.Kind =
            switch kind {
            case .line: .line()
            case .lines: .lines(rows: 3)
            case .date: .line(type: "date")
            case .number: .line(type: "number")
            }
        return Field(code, title, isRequired: isRequired ?? self.isRequired, kind)
    }

    /// Under which choices of the form it is asked, for the page's script.
    var choices: String {
        (channels.map { "channel=\($0)" } + sources.map { "source=\($0)" }).joined(separator: " ")
    }

    var schema: Schema {
        switch kind {
        case .line: .string(1...200)
        case .lines: .string(1...2000)
        case .date: .string(10...10, .date)
        case .number: .string(1...4, .digits)
        }
    }

    /// Those of `asked` that were answered, as texts by code.
    /// - Parameter faults: what is wrong with an answer, and, where `mustBeWhole`, what is missing.
    static func read(
        _ asked: [Particular], _ answers: [String: String], mustBeWhole: Bool = true, _ faults: inout [Problem.Field]
    ) -> JSONObject {
        var found = JSONObject()
        for one in asked {
            guard let answer = answers[one.code], !answer.isBlank else {
                if mustBeWhole, one.isRequired { faults.append(.init(place + one.code, "请填写\(one.title)")) }
                continue
            }
            faults += one.schema.check(.string(answer)).map { .init(place + one.code, "\(one.title)：\($0.message)") }
            found[one.code] = .string(answer)
        }
        return found
    }
}
