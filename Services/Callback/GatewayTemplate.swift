import Foundation
import JSON

/// What a provider of short messages wants to be sent, and what its answer means: a file that the city writes.
///
///     {"encoding": "json", "body": {"mobile": "{phone}", "content": "{text}", "extno": "{id}"},
///      "accepted": {"/code": "0"}, "proof": "/msgid"}
///
/// Values are put into the texts of `body` and then encoded, so that none can change what the request says.
struct GatewayTemplate: Sendable, Equatable {
    enum Encoding: String, Sendable, CaseIterable {
        case json
        /// `application/x-www-form-urlencoded`: `body` is an object of texts.
        case form
    }

    /// What stands in braces.
    enum Value: String, Sendable, CaseIterable {
        case phone
        case text
        /// Of the message, the same in each attempt: who has seen it may drop it.
        case id
        /// The case's.
        case number
        /// What kind of message it is, in Chinese.
        case title
    }

    let encoding: Encoding
    let body: JSON
    /// What the answer, a JSON text, must hold, by JSON pointers; empty: any answer of class 2xx will do.
    let accepted: [String: JSON]
    /// Where the answer holds the provider's number of the message; `nil`: the whole answer is kept.
    let proof: String?

    /// For a gateway of one's own, such as the demo's.
    static let plain = GatewayTemplate(
        encoding: .json, body: ["to": "{phone}", "text": "{text}", "id": "{id}"], accepted: [:], proof: nil)

    init(encoding: Encoding, body: JSON, accepted: [String: JSON], proof: String?) {
        self.encoding = encoding
        self.body = body
        self.accepted = accepted
        self.proof = proof
    }

    /// Why a file is no template.
    struct Fault: Error {
        let message: String
    }

    init(_ bytes: [UInt8]) throws(Fault) {
        guard let file = try? JSON.parse(bytes), let members = file.object else {
            throw Fault(message: "is no JSON object in UTF-8")
        }
        for key in members.keys where !["encoding", "body", "accepted", "proof"].contains(key) {
            throw Fault(message: "has the unknown key \(key.prefix(40))")
        }
        guard let encoding = Encoding(rawValue: members["encoding"]?.string ?? "json") else {
            throw Fault(message: "has an encoding that is neither json nor form")
        }
        guard let body = members["body"]?.object else { throw Fault(message: "has no body") }
        if encoding == .form, body.contains(where: { $0.value.string == nil }) {
            throw Fault(message: "wants a form, but has a value in its body that is no text")
        }
        self.body = .object(body)
        self.encoding = encoding
        var accepted: [String: JSON] = [:]
        for (pointer, value) in members["accepted"]?.object ?? JSONObject() { accepted[pointer] = value }
        self.accepted = accepted
        proof = members["proof"]?.string
        for pointer in accepted.keys.sorted() + [proof].compactMap(\.self) where !pointer.hasPrefix("/") {
            throw Fault(message: "has \(pointer.prefix(40)) where a JSON pointer, such as /code, must stand")
        }
        var names: Set<String> = []
        Self.visit(self.body) { text in
            for match in text.matches(of: Self.place) { names.insert(String(match.1)) }
        }
        for name in names.sorted() where Value(rawValue: name) == nil {
            let known = Value.allCases.map { "{\($0.rawValue)}" }.joined(separator: ", ")
            throw Fault(message: "has the unknown value {\(name.prefix(40))}; there are \(known)")
        }
        guard names.contains(Value.phone.rawValue) else { throw Fault(message: "nowhere says {phone}") }
    }

    private static var place: Regex<(Substring, Substring)> { /\{([a-z_]+)\}/ }

    private static func visit(_ value: JSON, _ body: (String) -> Void) {
        switch value {
        case .string(let text): body(text)
        case .array(let elements): for element in elements { visit(element, body) }
        case .object(let members): for (_, member) in members { visit(member, body) }
        case .null, .bool, .int, .double: break
        }
    }

    /// The request's body and its type.
    func request(_ values: [Value: String]) -> (body: [UInt8], type: String) {
        let filled = Self.fill(body, values)
        switch encoding {
        case .json: return (filled.bytes, "application/json")
        case .form:
            let pairs = (filled.object ?? JSONObject()).map { key, value in
                "\(Self.encoded(key))=\(Self.encoded(value.string ?? ""))"
            }
            return (Array(pairs.joined(separator: "&").utf8), "application/x-www-form-urlencoded")
        }
    }

    private static func fill(_ value: JSON, _ values: [Value: String]) -> JSON {
        switch value {
        case .string(let text):
            // In one go: what a value says in braces is no value.
            return .string(
                text.replacing(place) { match in
                    Value(rawValue: String(match.1)).flatMap { values[$0] } ?? ""
                })
        case .array(let elements): return .array(elements.map { fill($0, values) })
        case .object(let members):
            return .object(members.reduce(into: JSONObject()) { $0[$1.key] = fill($1.value, values) })
        case .null, .bool, .int, .double: return value
        }
    }

    private static func encoded(_ text: String) -> String {
        text.utf8.map { byte in
            let isPlain =
                (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                || "-._~".utf8.contains(byte)
            let hex = String(byte, radix: 16, uppercase: true)
            return isPlain ? String(UnicodeScalar(byte)) : "%\(hex.count == 1 ? "0" : "")\(hex)"
        }.joined()
    }

    /// What an answer means.
    func judge(status: Int, body: [UInt8]) -> Gateway.Outcome {
        guard (200...299).contains(status) else { return .failed("status \(status)") }
        let text = String(decoding: body, as: UTF8.self)
        guard !accepted.isEmpty || proof != nil else { return .taken(proof: text) }
        guard let answer = try? JSON.parse(body) else { return .failed("an answer that is no JSON") }
        for (pointer, wanted) in accepted.sorted(by: { $0.key < $1.key }) where Self.look(pointer, answer) != wanted {
            return .failed("not accepted: \(text)")
        }
        guard let proof else { return .taken(proof: text) }
        guard let found = Self.look(proof, answer) else { return .failed("an answer without \(proof)") }
        return .taken(proof: found.string ?? found.text)
    }

    private static func look(_ pointer: String, _ answer: JSON) -> JSON? {
        var value: JSON? = answer
        for part in pointer.dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
            value = Int(part).flatMap { value?[$0] } ?? value?[String(part)]
        }
        return value
    }
}
