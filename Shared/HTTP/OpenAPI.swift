import JSON

/// The OpenAPI 3.1 document of a service, made from the routes that serve it.
enum OpenAPI {
    static func document(title: String, version: String, routes: [Route]) -> JSON {
        var paths = JSONObject()
        for route in routes {
            var operations = paths[route.pattern]?.object ?? JSONObject()
            operations[route.method.rawValue.lowercased()] = operation(route)
            paths[route.pattern] = .object(operations)
        }
        return [
            "openapi": "3.1.0",
            "info": ["title": .string(title), "version": .string(version)],
            "paths": .object(paths),
            "components": ["schemas": ["Problem": Problem.schema.document]],
        ]
    }

    private static func operation(_ route: Route) -> JSON {
        var operation: JSONObject = ["summary": .string(route.summary)]
        if !route.tags.isEmpty { operation["tags"] = .array(route.tags.map { .string($0) }) }
        if !route.parameters.isEmpty { operation["parameters"] = .array(route.parameters.map(parameter)) }
        if let body = route.body {
            operation["requestBody"] = ["required": true, "content": content(of: body)]
        }
        var responses = JSONObject()
        for answer in route.answers {
            responses[String(answer.status)] = response(route.answers.filter { $0.status == answer.status })
        }
        responses["default"] = problem(
            isPage: route.tags.contains("pages") || route.answers.contains { $0.type == "text/html" })
        operation["responses"] = .object(responses)
        return .object(operation)
    }

    private static func content(of body: Route.Body) -> JSON {
        var types: JSONObject = [body.type: ["schema": body.schema.document]]
        if !body.files.isEmpty {
            var schema = body.schema.document.object ?? JSONObject()
            var properties = schema["properties"]?.object ?? JSONObject()
            // One part for each file, all under the one name.
            for name in body.files {
                properties[name] = [
                    "type": "array", "items": ["type": "string", "contentMediaType": "application/octet-stream"],
                ]
            }
            schema["properties"] = .object(properties)
            types["multipart/form-data"] = ["schema": .object(schema)]
        }
        return .object(types)
    }

    private static func parameter(_ parameter: Parameter) -> JSON {
        var members: JSONObject = [
            "name": .string(parameter.name), "in": .string(parameter.place.rawValue),
            "required": .bool(parameter.required), "schema": parameter.schema.document,
        ]
        if !parameter.description.isEmpty { members["description"] = .string(parameter.description) }
        return .object(members)
    }

    /// One status may come in several types.
    private static func response(_ answers: [Route.Answer]) -> JSON {
        var members: JSONObject = ["description": .string(answers[0].description)]
        var types = JSONObject()
        for answer in answers {
            if let schema = answer.schema {
                types[answer.type] = ["schema": schema.document]
            } else if answer.type != "application/json" {
                types[answer.type] = .object(JSONObject())
            }
        }
        if !types.isEmpty { members["content"] = .object(types) }
        return .object(members)
    }

    /// - Parameter isPage: whether it may come as a page too.
    private static func problem(isPage: Bool) -> JSON {
        var types: JSONObject = ["application/problem+json": ["schema": ["$ref": "#/components/schemas/Problem"]]]
        if isPage { types["text/html"] = .object(JSONObject()) }
        return ["description": "出错时的说明(RFC 9457)", "content": .object(types)]
    }
}
