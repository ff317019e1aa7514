import HTTP
import JSON

/// A form that was sent when the log-in had ended: it travels through the page for the log-in and is stored nowhere. What it holds is
/// only ever shown and sent again, by a click of whoever logs in; it is checked then as any form is.
struct KeptForm {
    /// Characters that it may be as text; a longer one is lost.
    static let most = 400_000

    /// Where it was sent to.
    let path: String
    let fields: [(name: String, value: String)]
    /// Photos or papers were sent with it, which are not kept.
    let hadFiles: Bool

    /// - Returns: `nil` for what is too long to be kept.
    init?(_ request: Request, _ answers: JSON) {
        path = request.path
        hadFiles = !request.files.isEmpty
        fields = (answers.object ?? JSONObject()).flatMap { name, value -> [(name: String, value: String)] in
            guard name != WorkSite.formToken else { return [] }
            return (value.array ?? [value]).compactMap { one in
                (one.string ?? one.int.map { "\($0)" } ?? one.bool.map { "\($0)" }).map { (name, $0) }
            }
        }
        guard text.count <= Self.most else { return nil }
    }

    /// Reads what `text` wrote.
    /// - Returns: `nil` for anything else, and for what was not sent to a page under `prefix`.
    init?(_ text: String, under prefix: String) {
        guard let json = try? JSON.parse([UInt8](text.utf8)), let path = json["path"]?.string,
            path.hasPrefix("\(prefix)/"), !path.contains(where: { "?#\\".contains($0) }),
            let list = json["fields"]?.array
        else { return nil }
        self.path = path
        hadFiles = json["files"]?.bool ?? false
        fields = list.compactMap { pair in
            guard let name = pair[0]?.string, let value = pair[1]?.string, name != WorkSite.formToken else {
                return nil
            }
            return (name, value)
        }
    }

    var text: String {
        JSON.object([
            "path": .string(path), "files": .bool(hadFiles),
            "fields": .array(fields.map { .array([.string($0.name), .string($0.value)]) }),
        ]).text
    }
}
