import AsyncAPI
import CaseStore
import Casework
import Foundation
import JSON
import Support
import Testing

/// The document that outsiders follow: whole, true, and valid by the standard's own schema.
struct AsyncAPITests {
    /// Each schema within `schema` that lies at a named field, with its path.
    private func fields(of schema: JSON, at path: String) -> [(path: String, schema: JSON)] {
        let own = (schema["properties"]?.object ?? JSONObject()).flatMap { member in
            [("\(path).\(member.key)", member.value)] + fields(of: member.value, at: "\(path).\(member.key)")
        }
        return own + (schema["items"].map { fields(of: $0, at: path) } ?? [])
    }

    @Test func everyEventAndEveryFieldOfItIsExplained() throws {
        let messages = try #require(try AsyncAPI.document()["components"]?["messages"])
        #expect(messages.object?.map(\.key) == Event.Kind.allCases.map(\.rawValue) + ["digest"])
        for kind in Event.Kind.allCases {
            let message = try #require(messages[kind.rawValue])
            #expect(message["name"]?.string == CloudEvent.typePrefix + kind.rawValue)
            #expect(message["summary"]?.string?.isEmpty == false, "\(kind)")
            let fields = fields(of: try #require(message["payload"]), at: kind.rawValue)
            #expect(kind == .withdrawn || !fields.isEmpty)
            for field in fields {
                #expect(field.schema["description"]?.string?.isEmpty == false, "\(field.path)")
                #expect(field.schema["type"] != nil, "\(field.path)")
            }
        }
    }

    @Test func whatMayBeLeftOutIsNotRequiredAndListsOfCodesAreTold() throws {
        let messages = try #require(try AsyncAPI.document()["components"]?["messages"])
        #expect(messages["dispatched"]?["payload"]?["required"] == ["lead", "helpers"])
        #expect(
            messages["registered"]?["payload"]?["properties"]?["identity"]?["enum"] == [
                "named", "anonymous", "confidential",
            ])
        let profile = messages["accepted"]?["payload"]?["properties"]?["policies"]?["items"]?["properties"]?["profile"]
        #expect(profile?["type"] == "string")
    }

    @Test func theDigestOfADayIsExplainedAndHasATopicOfItsOwn() throws {
        let document = try AsyncAPI.document()
        #expect(document["channels"]?["digests"]?["messages"]?.object?.map(\.key) == ["digest"])
        #expect(document["channels"]?["inbox"]?["messages"]?["digest"] == nil)
        let digest = try #require(document["components"]?["messages"]?["digest"])
        #expect(digest["name"]?.string == CloudEvent.digestType)
        let headers = try #require(document["components"]?["schemas"]?["digest_headers"])
        for schema in [try #require(digest["payload"]), headers] {
            let fields = fields(of: schema, at: "digest")
            #expect(fields.count >= 6 && schema["required"]?.array?.count == fields.count)
            for field in fields { #expect(field.schema["description"]?.string?.isEmpty == false, "\(field.path)") }
        }
        #expect(headers["properties"]?["ce_subject"] == nil)
    }

    @Test func onlyWhatTheCentreWatchesIsOnItsTopic() throws {
        let channels = try #require(try AsyncAPI.document(servers: ["kafka-1:9093"])["channels"])
        #expect(
            channels["escalations"]?["messages"]?.object?.map(\.key) == [
                "disputed", "missed", "escalated", "supervised", "supervision_answered", "supervision_reviewed",
            ])
        #expect(channels["inbox"]?["address"] == "jiesu.inbox.{organisation}")
    }

    @Test(.enabled(if: SharedData.asyncAPI() != nil && BuiltProgram.pythonPackages != nil))
    func theStandardsOwnSchemaFindsNoFault() async throws {
        let schema = try #require(SharedData.asyncAPI()).path
        for servers in [[], ["kafka-1:9093", "kafka-2:9093"]] {
            let folder = try TemporaryFolder()
            let file = folder.url.appending(path: "asyncapi.json")
            try Data(try AsyncAPI.document(servers: servers).bytes).write(to: file)
            let judge = try await BuiltProgram.python(
                """
                import json, sys, jsonschema
                schema, document = (json.load(open(path)) for path in sys.argv[1:])
                for error in jsonschema.Draft7Validator(schema).iter_errors(document):
                    print(list(error.absolute_path), error.message[:300])
                print("judged")
                """, [schema, file.path])
            #expect(judge.lines == ["judged"], "\(judge)")
        }
    }
}
