import Foundation
import JSON

/// Who may use which route of which service, as `matrix.json` describes it (README).
struct Matrix {
    struct Service: Sendable {
        let name: String
        /// Of its pages, or of the first of its sites.
        let prefix: String
        /// Whose people alone may log in; `nil`: everybody with an account.
        let organisation: String?
        let rules: [Rule]
    }

    /// One route: who may use it, with what it is tried, and what then is answered.
    struct Rule: Sendable {
        enum Who: Sendable, Equatable {
            case everybody
            /// Whoever holds the number and the code of a case.
            case citizen
            case account
            case roles(Set<String>)
        }

        enum Content: Sendable {
            case none
            case json(JSON)
            case form([(name: String, value: String)])
        }

        let method: String
        let pattern: String
        let who: Who
        /// Of these accounts only the centre's own.
        let isCentres: Bool
        /// Statuses for who may.
        let answers: [Int]
        /// Status for who is not logged in here.
        let nobody: Int?
        /// For who is logged in, or has another code, and may not: a status, or the outcome in the document. `nil`: 403, or 404 for another
        /// code.
        let refused: JSON?
        let query: String?
        let headers: [(name: String, value: String)]
        let content: Content
        /// In which a file comes with the form; `nil`: none.
        let file: String?
        /// Whether it shows what a person wrote and how to reach them.
        let reads: Bool
        /// Whether it repeats to the asker what the asker typed.
        let echoes: Bool
        /// Whether it shows numbers of cases that the asker has no part in; never of those about the asker's organisation.
        let audits: Bool
        /// Whether the log-in ends with it.
        let ends: Bool
        /// Whether its answer does not end.
        let streams: Bool

        var name: String { "\(method) \(pattern)" }
        var isOfOneCase: Bool { pattern.contains("{number}") }
        var isForPrograms: Bool { pattern.hasPrefix("/api/") }
        var hasFormToken: Bool {
            if case .form(let fields) = content { fields.contains { $0.name == "form_token" } } else { false }
        }
    }

    struct Misdescribed: Error {
        let what: String
    }

    let services: [Service]

    init() throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "matrix.json")
        let document = try JSON.parse(Array(Data(contentsOf: file)))
        let (roles, groups) = (document["roles"] ?? .null, document["groups"] ?? .null)
        func rules(_ names: JSON?, of service: String, under prefix: String = "") throws -> [Rule] {
            try (names?.array ?? []).flatMap { group in
                guard let routes = group.string.flatMap({ groups[$0] }) else {
                    throw Misdescribed(what: "\(service): \(group)")
                }
                return try read(routes, under: prefix)
            }
        }
        func read(_ routes: JSON?, under prefix: String) throws -> [Rule] {
            try (routes?.object ?? JSONObject()).map { try Rule($0.replacing("{prefix}", with: prefix), $1, roles) }
        }
        services = try (document["services"]?.object ?? JSONObject()).map { name, service in
            let sites = service["sites"]?.object ?? JSONObject()
            let prefix = sites.first?.key ?? ""
            let pages = try sites.flatMap { try rules($1, of: name, under: $0) }
            return Service(
                name: name, prefix: prefix, organisation: service["people"]?.string,
                rules: try rules(service["groups"], of: name) + pages + read(service["routes"], under: prefix))
        }
    }
}

extension Matrix.Rule {
    private static let words: Set = [
        "who", "at", "answers", "nobody", "refused", "query", "headers", "json", "form", "file", "reads", "echoes",
        "audits",
        "ends",
        "streams",
    ]

    init(_ name: String, _ rule: JSON, _ roles: JSON) throws {
        let parts = name.split(separator: " ").map(String.init)
        let unknown = (rule.object ?? JSONObject()).map(\.key).filter { !Self.words.contains($0) }
        guard parts.count == 2, unknown.isEmpty else { throw Matrix.Misdescribed(what: "\(name): \(unknown)") }
        (method, pattern) = (parts[0], parts[1])
        switch rule["who"]?.string {
        case "everybody": who = .everybody
        case "citizen": who = .citizen
        case "account": who = .account
        case let group?:
            guard let codes = roles[group]?.array else { throw Matrix.Misdescribed(what: "\(name): \(group)") }
            who = .roles(Set(codes.compactMap(\.string)))
        case nil: throw Matrix.Misdescribed(what: "\(name): who")
        }
        isCentres = rule["at"]?.string == "centre"
        answers = (rule["answers"]?.array ?? [rule["answers"] ?? .int(200)]).compactMap { $0.int.map(Int.init) }
        nobody = rule["nobody"]?.int.map(Int.init)
        refused = rule["refused"]
        query = rule["query"]?.string
        func texts(_ name: String) -> [(name: String, value: String)] {
            (rule[name]?.object ?? JSONObject()).map { ($0, $1.string ?? "") }
        }
        headers = texts("headers")
        content = rule["json"].map { .json($0) } ?? (rule["form"] == nil ? .none : .form(texts("form")))
        file = rule["file"]?.string
        reads = rule["reads"] == true
        echoes = rule["echoes"] == true
        audits = rule["audits"] == true
        ends = rule["ends"] == true
        streams = rule["streams"] == true
    }
}
