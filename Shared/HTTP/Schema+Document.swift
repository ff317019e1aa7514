import JSON

extension Schema {
    /// As JSON Schema 2020-12, which is what OpenAPI 3.1 uses.
    package var document: JSON {
        switch self {
        case .string(let length, let format):
            var members: JSONObject = ["type": "string"]
            if length.lowerBound > 0 { members["minLength"] = .int(Int64(length.lowerBound)) }
            members["maxLength"] = .int(Int64(length.upperBound))
            switch format {
            case .dateTime?: members["format"] = "date-time"
            case .date?: members["format"] = "date"
            case .code?: members["pattern"] = "^[A-Za-z0-9._-]*$"
            case .word?: members["pattern"] = "^[a-z][a-z_]*$"
            case .digits?: members["pattern"] = "^[0-9]*$"
            case nil: break
            }
            return .object(members)
        case .integer(let range):
            return ["type": "integer", "minimum": .int(range.lowerBound), "maximum": .int(range.upperBound)]
        case .number(let range):
            return ["type": "number", "minimum": .double(range.lowerBound), "maximum": .double(range.upperBound)]
        case .boolean: return ["type": "boolean"]
        case .choice(let choices): return ["type": "string", "enum": .array(choices.map { .string($0) })]
        case .array(let element, let count):
            return [
                "type": "array", "items": element.document, "minItems": .int(Int64(count.lowerBound)),
                "maxItems": .int(Int64(count.upperBound)),
            ]
        case .object(let fields): return Self.document(of: fields)
        case .nullable(let schema): return ["anyOf": [schema.document, ["type": "null"]]]
        case .any: return .object(JSONObject())
        }
    }

    private static func document(of fields: [Field]) -> JSON {
        var properties = JSONObject()
        for field in fields {
            var property = field.schema.document.object ?? JSONObject()
            if field.mustBeSeen { property["pattern"] = "\\S" }
            property["description"] = .string(field.description)
            properties[field.name] = .object(property)
        }
        let required = fields.filter(\.required).map { JSON.string($0.name) }
        var members: JSONObject = ["type": "object", "properties": .object(properties)]
        if !required.isEmpty { members["required"] = .array(required) }
        members["additionalProperties"] = false
        return .object(members)
    }
}
