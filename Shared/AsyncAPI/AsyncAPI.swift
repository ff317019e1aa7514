import CaseStore
import Casework
import Foundation
import JSON

/// What the suite says on its topics, as an AsyncAPI 3.0 document made from the event types: all that a district's own software
/// needs to know to read its inbox.
package enum AsyncAPI {
    /// - Parameter servers: addresses of brokers, `host:port`; where there are none, the document leaves them to whoever reads it.
    package static func document(servers: [String] = []) throws -> JSON {
        let words = try Words.shipped()
        let kinds = Event.Kind.allCases
        var members: JSONObject = [
            "asyncapi": "3.0.0",
            "info": [
                "title": "接诉 Jiesu: events of complaint cases", "version": "1.0.0",
                "description": .string(words.promise),
            ],
            "defaultContentType": "application/json",
        ]
        if !servers.isEmpty {
            var named = JSONObject()
            for (index, server) in servers.enumerated() {
                named["kafka-\(index + 1)"] = [
                    "host": .string(server), "protocol": "kafka-secure", "security": [["type": "X509"]],
                ]
            }
            members["servers"] = .object(named)
        }
        members["channels"] = .object(channels(kinds, words))
        members["operations"] = .object(operations)
        members["components"] = [
            "messages": .object(try messages(kinds, words)),
            "schemas": [
                "headers": .object(headers(of: 1, words)),
                "digest_headers": .object(headers(of: CloudEvent.noCase, words)),
            ],
        ]
        return .object(members)
    }

    private static let topics: [(name: String, address: String)] = [
        ("cases", Destination.cases.topic), ("inbox", Destination.inbox("{organisation}").topic),
        ("escalations", Destination.escalations.topic), ("digests", Destination.digests.topic),
    ]

    private static func channels(_ kinds: [Event.Kind], _ words: Words) -> JSONObject {
        var channels = JSONObject()
        for topic in topics {
            var references = JSONObject()
            for kind in kinds where topic.name != "digests" && (topic.name != "escalations" || kind.concernsCentre) {
                references[kind.rawValue] = ["$ref": .string("#/components/messages/\(kind.rawValue)")]
            }
            if topic.name == "digests" { references["digest"] = ["$ref": "#/components/messages/digest"] }
            var channel: JSONObject = [
                "address": .string(topic.address), "description": words.channels[topic.name].map(JSON.string) ?? "",
                "messages": .object(references),
            ]
            if topic.name == "inbox" {
                channel["parameters"] = ["organisation": ["description": .string(words.organisation)]]
            }
            channels[topic.name] = .object(channel)
        }
        return channels
    }

    private static let operations: JSONObject = {
        var operations = JSONObject()
        for topic in topics {
            operations["read_\(topic.name)"] = [
                "action": "receive", "channel": ["$ref": .string("#/channels/\(topic.name)")],
            ]
        }
        return operations
    }()

    private static func messages(_ kinds: [Event.Kind], _ words: Words) throws -> JSONObject {
        var messages = JSONObject()
        for kind in kinds {
            let payload = try PayloadSchema.schema(of: kind) { words.field($0, of: kind) }
            messages[kind.rawValue] = [
                "name": .string(CloudEvent.typePrefix + kind.rawValue), "title": .string(kind.title),
                "summary": words.kinds[kind.rawValue].map(JSON.string) ?? "",
                "contentType": "application/json", "headers": ["$ref": "#/components/schemas/headers"],
                "payload": payload,
                "bindings": ["kafka": ["key": ["type": "string", "description": .string(words.key)]]],
            ]
        }
        messages["digest"] = [
            "name": .string(CloudEvent.digestType), "title": "每日存证 digest", "summary": .string(words.digest),
            "contentType": "application/json", "headers": ["$ref": "#/components/schemas/digest_headers"],
            "payload": digest(words),
            "bindings": [
                "kafka": ["key": ["type": "string", "description": "The digest's number, as decimal digits."]]
            ],
        ]
        return messages
    }

    /// As `jiesu.digest_payload` writes it.
    private static func digest(_ words: Words) -> JSON {
        let fields = [
            ("number", "integer"), ("day", "string"), ("cases", "integer"), ("events", "integer"),
            ("previous", "string"),
            ("hash", "string"),
        ]
        var properties = JSONObject()
        for (name, type) in fields {
            properties[name] = ["type": .string(type), "description": .string(words.digestFields[name] ?? "")]
        }
        return [
            "type": "object", "required": .array(fields.map { .string($0.0) }), "properties": .object(properties),
        ]
    }

    private static func headers(of caseID: Int64, _ words: Words) -> JSONObject {
        let sample = CloudEvent(
            generation: 1, caseID: caseID, version: 1, kind: "", round: 1, at: .init(microseconds: 0), hash: "",
            payload: "")
        var properties = JSONObject()
        for (name, _) in sample.headers {
            let text = caseID == CloudEvent.noCase ? words.digestHeaders[name] : nil
            properties[name] = ["type": "string", "description": (text ?? words.headers[name]).map(JSON.string) ?? ""]
        }
        return [
            "type": "object", "required": .array(sample.headers.map { .string($0.0) }),
            "properties": .object(properties),
        ]
    }
}
