import Casework
import Foundation
import JSON
import Lifecycle
import Support

@testable import HTTP

/// Everybody tries every route of one service.
struct MatrixRun {
    typealias LogIn = @Sendable (Asker) async throws -> BrowserLogIn

    private let service: Matrix.Service
    private let port: Int
    private let cases: PlantedCases
    private let askers: [Asker]
    /// Lets somebody log in once more.
    private let logIn: LogIn
    private let client: Client
    private let stream = StreamClient()
    private var faults: [String] = []
    private var asked = 0

    private init(
        _ service: Matrix.Service, port: Int, _ cases: PlantedCases, _ askers: [Asker], logIn: @escaping LogIn
    ) {
        (self.service, self.port, self.cases, self.askers, self.logIn) = (service, port, cases, askers, logIn)
        client = Client(port: port, timeout: .seconds(30))
    }

    /// Where the service does otherwise than described, or shows what it must not.
    static func faults(
        _ service: Matrix.Service, port: Int, _ cases: PlantedCases, _ askers: [Asker], logIn: @escaping LogIn
    ) async throws -> [String] {
        var run = MatrixRun(service, port: port, cases, askers, logIn: logIn)
        try await run.compareRoutes()
        for rule in service.rules {
            for asker in askers {
                try await run.attempt(rule, asker)
                try await run.tryHidden(rule, asker)
            }
        }
        return run.faults
    }

    /// The routes are the service's own account of itself.
    private mutating func compareRoutes() async throws {
        let document = try await client.send("GET", "/openapi.json").json
        let served = (document?["paths"]?.object ?? JSONObject()).flatMap { path, operations in
            (operations.object ?? JSONObject()).map { "\($0.key.uppercased()) \(path)" }
        }
        let described = Set(service.rules.map(\.name))
        for name in Set(served).subtracting(described) { faults.append("\(service.name): \(name) is not described") }
        for name in described.subtracting(served) { faults.append("\(service.name): there is no \(name)") }
    }

    private mutating func attempt(_ rule: Matrix.Rule, _ asker: Asker) async throws {
        asked += 1
        let isSeen = asker.isAtCentre || asker.organisation == cases.desk
        let outcome = asker.outcome(of: rule, at: service, isSeen: isSeen)
        let number = rule.who == .citizen ? cases.citizens : cases.seen
        let answer = try await send(rule, asker, number, isOpen: outcome == .allowed)
        func fault(_ what: String) {
            faults.append(
                "\(service.name): \(rule.name) for \(asker.name): \(what): \(answer.status) \(answer.text.prefix(300))")
        }
        switch outcome {
        case .allowed:
            if !rule.answers.contains(answer.status) { fault("should answer \(rule.answers)") }
            if answer.status == 303, answer.isToLogIn != rule.ends { fault("leads to \(answer.location)") }
            if rule.refused?.string != nil, answer.json?["outcome"] != "done" { fault("should be done") }
        case .status(let status?):
            if answer.status != status { fault("should be refused with \(status)") }
        case .status(nil):
            if answer.status != 303 || !answer.isToLogIn { fault("should be asked to log in") }
        case .outcome(let word):
            if answer.status != 200 || answer.json?["outcome"]?.string != word { fault("should be \(word)") }
        }
        let shown = PlantedCases.words.filter(answer.shows)
        let mayShow = outcome == .allowed ? rule.reads || rule.echoes : rule.isKept(answer)
        if !mayShow, !shown.isEmpty { fault("shows \(shown)") }
        if outcome == .allowed, rule.reads, shown.count != PlantedCases.words.count { fault("shows only \(shown)") }
        let secrets = secrets(from: asker, asAuditor: rule.audits && outcome == .allowed)
        for secret in secrets where secret != number && answer.text.contains(secret.description) {
            fault("knows of \(secret)")
        }
        guard outcome == .allowed, rule.hasFormToken, asker.roles.count == 1 else { return }
        let forged = try await send(rule, asker, number, isOpen: false, formToken: String(repeating: "0", count: 64))
        if forged.status != 403 { fault("takes a form that is not its own: \(forged.status)") }
    }

    /// Cases of which `asker` must learn nothing.
    private func secrets(from asker: Asker, asAuditor: Bool) -> [CaseNumber] {
        if asker.organisation == cases.desk { return [cases.hidden] }
        if asker.isAtCentre || asAuditor { return [] }
        return [cases.hidden, cases.seen, cases.citizens]
    }

    /// For who may not see it a case that there is, is like one that there is not.
    private mutating func tryHidden(_ rule: Matrix.Rule, _ asker: Asker) async throws {
        guard rule.who != .everybody, rule.uses("{number}"), !asker.isAtCentre || rule.who == .citizen else { return }
        asked += 1
        let isOpen = asker.outcome(of: rule, at: service, isSeen: true) == .allowed
        let hidden = try await send(rule, asker, cases.hidden, isOpen: false)
        let unknown = try await send(rule, asker, cases.unknown, isOpen: false)
        let same =
            hidden.status == unknown.status
            && hidden.text.replacing(cases.hidden.description, with: "")
                == unknown.text.replacing(cases.unknown.description, with: "")
        if !same || isOpen && hidden.status != 404 && rule.who != .citizen || hidden.status < 300 && rule.refused != 200
            || PlantedCases.words.contains(where: hidden.shows) && !rule.isKept(hidden)
        {
            faults.append(
                "\(service.name): \(rule.name) for \(asker.name) tells that a case is there: \(hidden.status), not \(unknown.status)"
            )
        }
    }

    // MARK: Asking

    private mutating func send(
        _ rule: Matrix.Rule, _ asker: Asker, _ number: CaseNumber, isOpen: Bool, formToken: String? = nil
    ) async throws -> Client.Answer {
        var logIn = asker.logIn
        if rule.ends, isOpen, logIn != nil {
            logIn = try await self.logIn(asker)
        }
        let values = [
            "number": number.description, "name": asker.name,
            "password": asker.roles.isEmpty ? "wrong" : Asker.password,
            "form_token": formToken ?? logIn?.form ?? "none", "id": "\(service.name)-\(asked)",
            "person": PlantedCases.person, "phone": PlantedCases.phone, "words": "路灯坏了。\(PlantedCases.words.joined())",
            "query_code": asker.isCitizen ? cases.code : cases.otherCode, "code": "nowhere", "lamp": PlantedCases.lamp,
            "attachment": number == cases.citizens ? cases.citizensPhoto : cases.photo, "version": "1",
            "form": String(repeating: "0", count: 25), "photo": "1", "link": "1-4102444800-00",
        ]
        func filled(_ text: String) -> String {
            values.reduce(text) { $0.replacing("{\($1.key)}", with: $1.value) }
        }
        var headers = Headers()
        for (name, value) in rule.headers { headers[name] = filled(value) }
        if let token = logIn?.token {
            if rule.isForPrograms {
                headers["Authorization"] = "Bearer \(token)"
            } else {
                headers["Cookie"] = "jiesu=\(token)"
            }
        }
        var body: [UInt8] = []
        switch rule.content {
        case .json(let document):
            headers["Content-Type"] = "application/json"
            body = Array(filled(document.text).utf8)
        case .form where rule.file != nil, .none where rule.file != nil:
            headers["Content-Type"] = MultipartBody.type
            body =
                MultipartBody(
                    rule.fields.map { ($0.name, filled($0.value)) }, files: [(rule.file ?? "", "a.png", Photos.png)]
                ).bytes
        case .none: break
        case .form(let fields):
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            body = Array(fields.map { "\($0.name)=\(filled($0.value).percentEncoded)" }.joined(separator: "&").utf8)
        }
        let target = filled(rule.pattern) + (rule.query.map { "?" + filled($0) } ?? "")
        if rule.streams, isOpen { return try await stream.head(port: port, target, headers) }
        return try await client.send(rule.method, target, headers: headers, body: body)
    }
}

extension Matrix.Rule {
    var fields: [(name: String, value: String)] { if case .form(let fields) = content { fields } else { [] } }

    /// Whether `answer` asks to log in and keeps what was typed.
    func isKept(_ answer: Client.Answer) -> Bool { hasFormToken && answer.status == 401 }

    /// Whether `placeholder` stands anywhere in its request.
    func uses(_ placeholder: String) -> Bool {
        let sent = if case .json(let document) = content { document.text } else { fields.map(\.value).joined() }
        return [pattern, query ?? "", sent].contains { $0.contains(placeholder) }
    }
}

extension Client.Answer {
    var location: String { headers["Location"] ?? "" }
    var isToLogIn: Bool { location.hasSuffix("/log-in") }

    /// Whether `word` stands in its body or in a header, escaped or not.
    func shows(_ word: String) -> Bool {
        text.contains(word)
            || headers.contains { $0.value.contains(word) || $0.value.removingPercentEncoding?.contains(word) == true }
    }
}

/// Reads the head of an answer that does not end.
private actor StreamClient {
    private nonisolated let executor = BlockingExecutor(label: "stream-client")
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    func head(port: Int, _ target: String, _ headers: Headers) throws -> Client.Answer {
        let deadline = ContinuousClock.now + .seconds(30)
        let socket = try ClientSocket("127.0.0.1", UInt16(port), deadline: deadline)
        let lines = headers.map { "\($0.name): \($0.value)\r\n" }.joined()
        try socket.send(Array("GET \(target) HTTP/1.0\r\n\(lines)\r\n".utf8), deadline: deadline)
        var text = ""
        while !text.contains("\r\n\r\n") {
            let piece = try socket.receive(deadline: deadline)
            guard !piece.isEmpty else { break }
            text += String(decoding: piece, as: UTF8.self)
        }
        let status = text.split(separator: " ").dropFirst().first.flatMap { Int($0) }
        return Client.Answer(status: status ?? 0, headers: [:], body: Array(text.utf8))
    }
}
