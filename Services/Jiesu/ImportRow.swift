import Casework
import CaseStore
import WorkingTime

/// How a table's columns become a registration, and what is wrong with a row that cannot.
struct ImportMapping {
    /// What a column may be mapped to.
    static let fields = [
        "id", "title", "text", "written", "happened", "channel", "name", "phone", "email", "address", "place", "region",
        "about",
    ]
    /// Longest text that is taken in, in characters; the public API has the same bound.
    static let longestText = 20_000

    private let columns: [String: Int]
    private let width: Int
    let source: String
    let line: String
    let channel: String

    /// - Parameters:
    ///   - header: the table's first record.
    ///   - map: `column=field`, as typed; columns that are named like a field need none, and `time` means `written`.
    init(header: [String], map: [String], source: String, line: String, channel: String) throws(Arguments.Mistake) {
        var columns: [String: Int] = [:]
        for (index, name) in header.enumerated() {
            let field = name == "time" ? "written" : name
            if Self.fields.contains(field) { columns[field] = index }
        }
        for entry in map {
            let parts = entry.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2 else { throw .init(message: "--map wants COLUMN=FIELD, not \"\(entry)\"") }
            guard let index = header.firstIndex(of: parts[0]) else {
                throw .init(message: "there is no column \"\(parts[0])\"; there are \(header.joined(separator: ", "))")
            }
            guard Self.fields.contains(parts[1]) else {
                throw .init(message: "\"\(parts[1])\" is no field; fields are \(Self.fields.joined(separator: ", "))")
            }
            columns[parts[1]] = index
        }
        guard columns["text"] != nil else {
            throw .init(message: "no column gives the text; name it with --map COLUMN=text")
        }
        self.columns = columns
        self.source = source
        self.line = line
        self.channel = channel
        width = header.count
    }

    /// A row that cannot be registered.
    struct Fault: Error {
        let reason: String
    }

    /// The registration of a record, without its key if the table has no ids.
    func registration(_ record: CSVReader.Record) throws(Fault) -> Registration {
        if let fault = record.fault { throw Fault(reason: fault) }
        guard record.fields.count == width else {
            throw Fault(reason: "\(record.fields.count) fields where the header has \(width)")
        }
        var values: [String: String] = [:]
        for (field, index) in columns {
            guard let text = String(validating: record.fields[index], as: UTF8.self) else {
                throw Fault(reason: "\(field) is no UTF-8")
            }
            guard !text.utf8.contains(0) else { throw Fault(reason: "\(field) holds a NUL") }
            if !text.isEmpty { values[field] = text }
        }
        guard let text = values["text"], text.contains(where: { !$0.isWhitespace }) else {
            throw Fault(reason: "text is empty")
        }
        guard text.count <= Self.longestText else {
            throw Fault(reason: "text has \(text.count) characters; at most \(Self.longestText) are taken")
        }
        let contact = Registration.Contact(
            name: values["name"], phone: values["phone"], email: values["email"], address: values["address"])
        return Registration(
            key: values["id"].map { "import:\(source):\($0)" } ?? "",
            request: Array(record.fields.joined(separator: [0])), line: line, actor: .list(source),
            channel: values["channel"] ?? channel, source: source,
            identity: contact == Registration.Contact() ? .anonymous : .named, contact: contact, title: values["title"],
            text: text, place: values["place"], region: values["region"], about: values["about"],
            happened: try moment("happened", values), written: try moment("written", values))
    }

    private func moment(_ field: String, _ values: [String: String]) throws(Fault) -> Moment? {
        guard let text = values[field] else { return nil }
        guard let moment = Moment(iso8601: text) else {
            throw Fault(reason: "\(field) is no ISO 8601 time: \(text.prefix(40))")
        }
        return moment
    }
}
