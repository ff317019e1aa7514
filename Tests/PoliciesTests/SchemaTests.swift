import Foundation
import JSON
import Testing

@testable import Policies

/// The published schema says what the readers accept: at each place in the shipped profiles the reader is given
/// something wrong, and what it says it expected stands in the schema.
@Suite struct SchemaTests {
    private let schema: JSON
    private let profiles: [(name: String, document: JSON)]

    init() throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../Shared/Policies")
        schema = try JSON.parse([UInt8](Data(contentsOf: folder.appending(path: "profile.schema.json"))))
        // The shortest first, since each question reads a whole profile.
        profiles = try Profile.shipped().sorted { $0.document.utf8.count < $1.document.utf8.count }
            .map { ($0.name, try JSON.parse($0.document)) }
    }

    /// A place in a profile and the part of the schema that describes it; `name` is that part's own place.
    private struct Place {
        var path: [JSONPath.Step]
        var schema: JSON
        var name: String
    }

    private func resolved(_ part: JSON, _ name: String) -> (schema: JSON, name: String) {
        guard let reference = part["$ref"]?.string, let code = reference.split(separator: "/").last,
            let target = schema["$defs"]?[String(code)]
        else { return (part, name) }
        return (target, reference)
    }

    /// Every place at or below `value`; where a part may be one of several, by whichever takes the value's kind.
    private func places(_ value: JSON, _ part: JSON, _ name: String, _ path: [JSONPath.Step] = []) -> [Place] {
        let (part, name) = resolved(part, name)
        if let choices = part["anyOf"]?.array, part["properties"] == nil {
            let fitting = choices.map { resolved($0, name) }
                .first { ($0.schema["type"]?.string == "object") == (value.object != nil) }
            return fitting.map { places(value, $0.schema, $0.name, path) } ?? []
        }
        var found = [Place(path: path, schema: part, name: name)]
        for (key, member) in value.object ?? [:] {
            guard let below = part["properties"]?[key] else {
                Issue.record("\(name) has no \(key)")
                continue
            }
            found += places(member, below, "\(name)/\(key)", path + [.key(key)])
        }
        if let items = part["items"] {
            for (index, element) in (value.array ?? []).enumerated() {
                found += places(element, items, "\(name)/items", path + [.index(index)])
            }
        }
        return found
    }

    /// `document` with `value` at `path`.
    private func replaced(_ document: JSON, _ path: ArraySlice<JSONPath.Step>, with value: JSON) -> JSON {
        switch (path.first, document) {
        case (.key(let key)?, .object(var members)):
            members[key] = members[key].map { replaced($0, path.dropFirst(), with: value) }
            return .object(members)
        case (.index(let index)?, .array(var elements)):
            elements[index] = replaced(elements[index], path.dropFirst(), with: value)
            return .array(elements)
        default: return value
        }
    }

    /// What the reader says about `value` at this place, or also about what is around it.
    private func messages(_ document: JSON, _ place: Place, _ value: JSON, orAround: Bool = false) -> [String] {
        do {
            _ = try Profile.read(replaced(document, place.path[...], with: value).bytes, file: "p.json")
            return []
        } catch {
            let pointer = JSONPath(place.path).pointer
            return error.list.filter { orAround ? pointer.hasPrefix($0.key) : $0.key == pointer }.map(\.message)
        }
    }

    /// The words between two others in the one message that has both.
    private func list(in messages: [String], from: String, to: String?) -> Set<String> {
        for message in messages {
            guard let start = message.range(of: from)?.upperBound else { continue }
            let rest = message[start...]
            let end = to.flatMap { rest.range(of: $0)?.lowerBound } ?? rest.endIndex
            return Set(rest[..<end].split(separator: ", ").map(String.init))
        }
        return []
    }

    @Test func `at every place the schema has the keys, the choices and the bounds that the reader has`() {
        var seen: Set<String> = []
        for (name, document) in profiles {
            for place in places(document, schema, "#") where seen.insert(place.name).inserted {
                let hint: Comment = "\(name) \(place.name)"
                if let properties = place.schema["properties"]?.object {
                    let keys = list(
                        in: messages(document, place, .int(7)), from: "expected an object with the keys ", to: ", found"
                    )
                    #expect(keys == Set(properties.keys), hint)
                    #expect(place.schema["additionalProperties"] == .bool(false), hint)
                    let missing = messages(document, place, .object([:])).compactMap {
                        $0.wholeMatch(of: /the key "(.*)" is missing/).map { String($0.1) }
                    }
                    let required = place.schema["required"]?.array?.compactMap(\.string) ?? []
                    // A profile without "joins" also needs what a leading one has.
                    let leading = place.name == "#" ? ["line", "classify", "lead_rule"] : []
                    #expect(Set(missing) == Set(required + leading), hint)
                }
                if let choices = place.schema["enum"]?.array?.compactMap(\.string) {
                    let found = messages(document, place, .string("?????????????????????????"))
                    let known = list(in: found, from: "expected one of ", to: nil)
                    #expect(known == Set(choices), "\(hint): \(found)")
                }
                if let least = place.schema["minimum"]?.double, let most = place.schema["maximum"]?.double {
                    for (value, isRight) in [(least, true), (most, true), (least - 1, false), (most + 1, false)] {
                        let found = messages(document, place, number(value, like: place.schema))
                            .filter { $0.contains("number from") }
                        #expect(found.isEmpty == isRight, "\(hint): \(value) \(found)")
                    }
                }
                if let length = place.schema["maxLength"]?.int {
                    #expect(
                        !messages(document, place, .string(String(repeating: "x", count: Int(length) + 1))).isEmpty,
                        hint)
                    #expect(!messages(document, place, .string("")).isEmpty, hint)
                }
                if place.schema["minItems"]?.int == 1 {
                    let found = messages(document, place, .array([]), orAround: true)
                    #expect(found.contains { $0.contains("at least") }, hint)
                }
                if let pattern = place.schema["pattern"]?.string {
                    #expect(throws: Never.self) { try checkPattern(pattern, document, place) }
                }
            }
        }
        let parts = (schema["$defs"]?.object?.keys ?? []).map { "#/$defs/\($0)" }
            .filter { schema["$defs"]?[String($0.dropFirst(8))]?["type"]?.string == "object" }
        #expect(Set(parts).subtracting(seen) == [], "the shipped profiles use every part of the format")
    }

    private func number(_ value: Double, like part: JSON) -> JSON {
        part["type"]?.string == "integer" ? .int(Int64(value)) : .double(value)
    }

    /// Samples that the schema's pattern and the reader must judge alike.
    private func checkPattern(_ pattern: String, _ document: JSON, _ place: Place) throws {
        let expression = try Regex(pattern)
        let samples = [
            "a", "A", "abc_9", "abc-9", "9a", "", "x y", "now", "sameday", "5wd", "05wd", "10000cd", "10001cd", "24h",
            "24 h", "00:01", "23:59", "24:00", "24:01", "7:30", "12345", "0000-01", "12", "123456789012345678901",
            "2026-01-31", "2026-1-31", "词", " 词", "词 ", "词 语", "a\u{1}b",
        ]
        for sample in samples {
            // A name, a code and a word may be wrong here in another way: what refers to it would be left alone.
            let found = messages(document, place, .string(sample)).filter {
                !$0.contains("unknown") && !$0.contains("twice")
            }
            let lengths = (place.schema["minLength"]?.int ?? 0)...(place.schema["maxLength"]?.int ?? 1000)
            let isRight = try expression.firstMatch(in: sample) != nil && lengths.contains(Int64(sample.count))
            #expect(found.isEmpty == isRight, "\(place.name) \(sample.debugDescription): \(found)")
        }
    }
}
