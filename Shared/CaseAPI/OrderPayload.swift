import JSON

/// What an order says, as it stands in the table `command` and is read by `Order.init`: a JSON object, in which the number of the
/// note stands that says it in words.
enum OrderPayload {
    static func adding(note: Int64, to payload: String) throws -> String {
        guard var members = try JSON.parse(payload).object else { return payload }
        members["note"] = .int(note)
        return JSON.object(members).text
    }

    static func note(in payload: String) -> Int64? { (try? JSON.parse(payload))?["note"]?.int }

    /// Numbers of the attachments that it names.
    static func attachments(in payload: String) -> [Int64] {
        ((try? JSON.parse(payload))?["attachments"]?.array ?? []).compactMap(\.int)
    }

    /// Whether two say the same, whatever the numbers of their notes.
    static func same(_ a: String, _ b: String) -> Bool {
        func said(_ payload: String) -> JSONObject? {
            var members = (try? JSON.parse(payload))?.object
            members?["note"] = nil
            return members
        }
        return said(a) == said(b)
    }
}
