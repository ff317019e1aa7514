import Casework
import Foundation
import JSON

/// What the document says in words: `words.json`.
struct Words {
    /// What is promised to whoever reads.
    let promise: String
    /// What a message's key is.
    let key: String
    /// What the parameter of an inbox's address is.
    let organisation: String
    let channels: [String: String]
    let headers: [String: String]
    /// What happened, by the event's kind.
    let kinds: [String: String]
    /// What the digest of a day is, its fields, and the headers that mean something else with it.
    let digest: String
    let digestFields: [String: String]
    let digestHeaders: [String: String]
    /// Fields of payloads, by name; where a kind means something else by it, by `kind.name`.
    private let fields: [String: String]

    func field(_ name: String, of kind: Event.Kind) -> String? { fields["\(kind.rawValue).\(name)"] ?? fields[name] }

    static func shipped() throws -> Words {
        guard let url = Bundle.module.url(forResource: "words", withExtension: "json"),
            let data = FileManager.default.contents(atPath: url.path)
        else { preconditionFailure("words.json, which comes with the program, is missing") }
        return try Words(JSON.parse([UInt8](data)))
    }

    private init(_ json: JSON) throws {
        func text(_ name: String) -> String { json[name]?.string ?? "" }
        func texts(_ name: String) -> [String: String] {
            Dictionary(
                uniqueKeysWithValues: (json[name]?.object ?? JSONObject()).map { ($0.key, $0.value.string ?? "") })
        }
        promise = text("promise")
        key = text("key")
        organisation = text("organisation")
        channels = texts("channels")
        headers = texts("headers")
        kinds = texts("kinds")
        digest = text("digest")
        digestFields = texts("digest_fields")
        digestHeaders = texts("digest_headers")
        fields = texts("fields")
    }
}
