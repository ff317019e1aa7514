import CaseStore
import Casework
import Policies
import WorkingTime

/// How a table's columns become a registration, and what is wrong with a row that cannot.
struct ImportMapping {
    /// What a column may be mapped to.
    static let fields = [
        "id", "title", "text", "written", "happened", "channel", "name", "phone", "email", "address", "place", "region",
        "about",
    ]
    /// Longest of the other fields; an id is half of a key in an index.
    static let longestField = 500
    static let longestID = 200

    private let columns: [String: Int]
    private let width: Int
    let source: String
    let line: String
    let channel: String

    /// - Parameters:
    ///   - header: the table's first record.
    ///   - map: `column=field`, as typed; columns that are named like a field need none, and `time` means `written`.
    init(
        header: CSVReader.Record, map: [String], source: String, line: String, channel: String
    ) throws(Arguments.Mistake) {
        if let fault = header.fault { throw .init(message: "the header cannot be read: \(fault)") }
        var names: [String] = []
        for field in header.fields {
            guard let name = String(validating: field, as: UTF8.self), !name.utf8.contains(0) else {
                throw .init(message: "the header is no UTF-8; save the table as UTF-8")
            }
            names.append(name)
        }
        columns = try Self.columns(names, map: map)
        width = names.count
        guard (1...100).contains(source.count), !source.contains(where: \.isNewline) else {
            throw .init(message: "--source wants a name of 1 to 100 characters")
        }
        try Self.check(channel)
        (self.source, self.line, self.channel) = (source, line, channel)
    }

    private static func columns(_ names: [String], map: [String]) throws(Arguments.Mistake) -> [String: Int] {
        var columns: [String: Int] = [:]
        for (index, name) in names.enumerated() where fields.contains(name) {
            guard columns.updateValue(index, forKey: name) == nil else {
                throw .init(message: "the column \"\(name)\" stands twice in the header")
            }
        }
        if columns["written"] == nil { columns["written"] = names.firstIndex(of: "time") }
        var mapped: Set<String> = []
        for entry in map {
            // A column's name may hold an equals sign, a field's does not.
            guard let equals = entry.lastIndex(of: "="), equals != entry.startIndex else {
                throw .init(message: "--map wants COLUMN=FIELD, not \"\(entry)\"")
            }
            let (column, field) = (String(entry[..<equals]), String(entry[entry.index(after: equals)...]))
            guard let index = names.firstIndex(of: column) else {
                throw .init(message: "there is no column \"\(column)\"; there are \(names.joined(separator: ", "))")
            }
            guard fields.contains(field) else {
                throw .init(message: "\"\(field)\" is no field; fields are \(fields.joined(separator: ", "))")
            }
            guard mapped.insert(field).inserted else { throw .init(message: "two columns are mapped to \(field)") }
            columns[field] = index
        }
        guard columns["text"] != nil else {
            throw .init(
                message:
                    "no column gives the text; name it with --map COLUMN=text, one of \(names.joined(separator: ", "))")
        }
        return columns
    }

    private static func check(_ channel: String) throws(Arguments.Mistake) {
        guard KnownCodes.channels.contains(channel) else {
            throw .init(
                message: "\"\(channel)\" is no channel; channels are \(KnownCodes.channels.joined(separator: ", "))")
        }
    }

    /// A row that cannot be registered.
    struct Fault: Error {
        let reason: String
    }

    /// The registration of a record, without its key if the table has no ids.
    func registration(_ record: CSVReader.Record) throws(Fault) -> Registration {
        let values = try values(record)
        guard let text = values["text"], text.contains(where: { !$0.isWhitespace }) else {
            throw Fault(reason: "text is empty")
        }
        if let channel = values["channel"], !KnownCodes.channels.contains(channel) {
            throw Fault(reason: "channel is no code of a channel: \(channel.prefix(40))")
        }
        let contact = Registration.Contact(
            name: values["name"], phone: values["phone"], email: values["email"], address: values["address"])
        return Registration(
            key: values["id"].map { "import:\(source):\($0)" } ?? "", request: request(values, record), line: line,
            actor: .list(source), channel: values["channel"] ?? channel, source: source,
            identity: values["name"] == nil ? .anonymous : .named, contact: contact, title: values["title"],
            text: text, place: values["place"], region: values["region"], about: values["about"],
            happened: try moment("happened", values), written: try moment("written", values))
    }

    /// What makes a row the same row: with an id, what is taken of it, so that a column of likes may go on counting;
    /// without one, all of it.
    private func request(_ values: [String: String], _ record: CSVReader.Record) -> [UInt8] {
        guard values["id"] != nil else { return CSVReader.line(record.fields) }
        return CSVReader.line(Self.fields.map { Array((values[$0] ?? "").utf8) })
    }

    /// The mapped fields that hold anything.
    private func values(_ record: CSVReader.Record) throws(Fault) -> [String: String] {
        if let fault = record.fault { throw Fault(reason: fault) }
        guard record.fields.count == width else {
            throw Fault(reason: "\(record.fields.count) fields where the header has \(width)")
        }
        var values: [String: String] = [:]
        for field in Self.fields {
            guard let index = columns[field] else { continue }
            guard let text = String(validating: record.fields[index], as: UTF8.self) else {
                throw Fault(reason: "\(field) is no UTF-8")
            }
            guard !text.utf8.contains(0) else { throw Fault(reason: "\(field) holds a NUL") }
            let longest =
                field == "text" ? Registration.longestText : field == "id" ? Self.longestID : Self.longestField
            let count = text.unicodeScalars.count
            guard count <= longest else {
                throw Fault(reason: "\(field) has \(count) characters; at most \(longest) are taken")
            }
            if !text.isEmpty { values[field] = text }
        }
        return values
    }

    private func moment(_ field: String, _ values: [String: String]) throws(Fault) -> Moment? {
        guard let text = values[field] else { return nil }
        guard let moment = Moment(iso8601: text), Moment.bounds.contains(moment) else {
            throw Fault(reason: "\(field) is no ISO 8601 time: \(text.prefix(40))")
        }
        return moment
    }
}
