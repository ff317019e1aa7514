import JSON

/// A value that a request carries outside its body.
package struct Parameter: Sendable {
    enum Place: String, Sendable {
        case path, query, header
    }

    let place: Place
    let name: String
    /// Of a text, number, truth value or choice.
    let schema: Schema
    let required: Bool
    /// For readers of the API, in Chinese.
    let description: String

    package static func path(_ name: String, _ schema: Schema, _ description: String) -> Parameter {
        Parameter(place: .path, name: name, schema: schema, required: true, description: description)
    }

    package static func query(
        _ name: String, _ schema: Schema, required: Bool = false, _ description: String
    ) -> Parameter {
        Parameter(place: .query, name: name, schema: schema, required: required, description: description)
    }

    package static func header(
        _ name: String, _ schema: Schema, required: Bool = false, _ description: String
    ) -> Parameter {
        Parameter(place: .header, name: name, schema: schema, required: required, description: description)
    }

    /// Checks what was sent for this parameter; several texts are a fault, because it would be unclear which one
    /// counts.
    func read(_ sent: [String], into values: inout [String: JSON], faults: inout [Problem.Field]) {
        guard let text = sent.first else {
            if required { faults.append(Problem.Field(name, "缺少这一项")) }
            return
        }
        guard sent.count == 1 else { return faults.append(Problem.Field(name, "重复")) }
        let value = schema.value(from: text)
        faults += schema.check(value).map { Problem.Field(name, $0.message) }
        values[name] = value
    }
}
