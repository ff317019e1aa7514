import Casework
import Foundation
import JSON
import Policies
import WorkingTime

@testable import Classification
@testable import Classifying

/// One line of Services/Jiesu/Samples/complaints.jsonl.
struct Sample {
    var line: Int
    var json: JSON

    static let all: [Sample] = {
        let url = Shipped.root.appendingPathComponent("Services/Jiesu/Samples/complaints.jsonl")
        let bytes = (try? Data(contentsOf: url)).map { [UInt8]($0) } ?? []
        return bytes.split(separator: UInt8(ascii: "\n")).enumerated().compactMap { index, line in
            (try? JSON.parse(Array(line))).map { Sample(line: index + 1, json: $0) }
        }
    }()

    /// The profile that governs the line.
    var profile: String {
        let line = json["line"]?.string ?? "12345"
        return Shipped.profiles.first { $0.policy.line == line }?.name ?? "none"
    }

    var complaint: Complaint {
        Complaint(
            title: json["title"]?.string, text: json["text"]?.string ?? "", place: json["place"]?["address"]?.string,
            about: json["about"]?.string, region: json["place"]?["region"]?.string)
    }

    /// State, lead and helpers as the line expects them: `dispatched city-land -`.
    var expected: String {
        let helpers = json["expect"]?["helpers"]?.array?.compactMap(\.string) ?? []
        return Self.text(json["expect"]?["state"]?.string, json["expect"]?["lead"]?.string, helpers)
    }

    /// What the rules make of it, in the same words.
    func outcome(_ classifier: Classifier, _ policy: Policy, _ directory: Directory) -> String {
        guard case .sure(let finding) = classifier.find(complaint) else {
            return Self.text(State.awaitingJudgement.rawValue, nil, [])
        }
        var file = Case(
            id: 1, registered: Registered(channel: "web_portal", identity: .anonymous, policies: [policy.version]),
            at: Moment(microseconds: 0))
        file.apply(.classified(finding), at: Moment(microseconds: 1))
        return switch route(file, under: policy, in: directory) {
        case .dispatch(let order): Self.text("dispatched", order.lead, order.helpers)
        case .redirect(let order): Self.text("redirected", order.to, [])
        case .refuse(let order): Self.text("refused", order.to, [])
        case .requestJudgement: Self.text(State.awaitingJudgement.rawValue, nil, [])
        case let other: "\(other.kind), which no rule orders"
        }
    }

    private static func text(_ state: String?, _ lead: String?, _ helpers: [String]) -> String {
        "\(state ?? "") \(lead ?? "nobody") \(helpers.joined(separator: ","))"
    }
}
