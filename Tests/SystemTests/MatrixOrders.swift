import Casework
import HTTP
import JSON
import Policies
import Support

/// Every role tries every kind of order on a case that it sees: who may is what `Policies/duties.json` says, and nobody else. What they may
/// is only previewed; what they may not is really ordered at the centre, and must leave the case as it was.
struct MatrixOrders {
    let service: Matrix.Service
    let port: Int
    let cases: PlantedCases
    let askers: [Asker]

    private enum Right {
        case may, mayNot
        /// The policy of the case decides.
        case open
    }

    /// What an order says, so that nothing is wrong with it but who gives it. What is not named here says nothing.
    private static let data: [Order.Kind: JSON] = [
        .correct: ["channel": "letter"],
        .classify: [
            "nature": "complaint", "subject": "urban_construction", "also": [], "urgency": "ordinary", "flags": [],
            "accused": [], "reasons": [],
        ],
        .dispatch: ["lead": "wangting-urban", "helpers": []],
        .redirect: ["to": "wangting-urban", "reason": "not_in_remit"],
        .refuse: ["ground": "reasoned", "reason": "not_in_remit"], .link: ["earlier": 1],
        .return: ["reason": "misdirected"], .dispute: ["reason": "not_in_remit"],
        .contact: ["means": "phone", "reached": true], .visit: [:],
        .inform: ["what": "acceptance", "means": "phone", "reached": true],
        .askExtension: ["profile": "p000-06", "clock": "close", "due": 4_102_444_800_000_000, "reason": "complex"],
        .refuseExtension: ["reason": "no_need"],
        .setLimit: ["profile": "p000-06", "clock": "close", "due": 4_102_444_800_000_000],
        .reply: ["to": "complainant", "form": "written", "outcome": "explained"],
        .callBack: ["form": "phone", "outcome": "not_reached"], .close: ["rule": "by_hand"],
        .supervise: ["reason": "media"], .answerSupervision: ["order": 1],
        .reviewSupervision: ["order": 1, "failed": []], .waiveSupervision: ["order": 1],
    ]

    private func right(_ kind: Order.Kind, _ asker: Asker, _ duties: Duties) -> Right {
        guard let duty = duties.duties[kind] else { return .mayNot }
        // Whom a case's clock names.
        if duty.roles.isEmpty { return .open }
        guard !duty.roles.isDisjoint(with: asker.roles) else { return .mayNot }
        switch duty.place {
        case .lead, .involved: return asker.isAtCentre ? .mayNot : .may
        case .centre: return asker.isAtCentre ? .may : .mayNot
        case .leadOrCentre, .involvedOrCentre: return .may
        case .policy: return asker.isAtCentre ? .may : .open
        }
    }

    /// Where the service does otherwise.
    func faults() async throws -> [String] {
        let duties = try Duties.shipped()
        let client = Client(port: port, timeout: .seconds(30))
        var faults: [String] = []
        var tried = 0
        for asker in askers {
            guard let token = asker.logIn?.token,
                service.organisation == nil || service.organisation == asker.organisation,
                asker.isAtCentre || asker.organisation == cases.desk
            else { continue }
            for kind in Order.Kind.allCases {
                let right = right(kind, asker, duties)
                // A note is written down with an order that is given, and no preview knows of it.
                let isReal = right == .mayNot && (service.organisation == nil || kind == .note)
                tried += 1
                var body: JSONObject = [
                    "id": .string("\(service.name)-order-\(tried)"), "kind": .string(kind.rawValue), "round": 1,
                    "preview": .bool(!isReal),
                ]
                body["data"] = Self.data[kind]
                if kind == .note || kind == .instruct || kind == .submit { body["note"] = "试" }
                let answer = try await client.send(
                    "POST", "/api/v1/cases/\(cases.seen)/commands", headers: ["Authorization": "Bearer \(token)"],
                    json: .object(body))
                let outcome = answer.json?["outcome"]?.string ?? "\(answer.status)"
                let isFine =
                    switch right {
                    case .may: answer.status == 200 && outcome != "not_allowed"
                    case .mayNot: outcome == "not_allowed"
                    case .open: outcome != "done"
                    }
                if !isFine {
                    faults.append("\(service.name): \(kind.rawValue) by \(asker.name): \(answer.text.prefix(200))")
                }
            }
        }
        if tried == 0 { faults.append("\(service.name): nobody tried any order") }
        return faults
    }
}
