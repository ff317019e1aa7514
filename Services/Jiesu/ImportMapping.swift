import CaseStore
import Casework
import JSON
import Policies
import WorkingTime

/// How a table's columns, or the keys of JSON lines, become a registration, and what is wrong with a row that cannot.
struct ImportMapping {
    /// How the file is written.
    enum Format: String, CaseIterable {
        case csv
        /// An object a line.
        case jsonl
    }

    /// Where the fields' values stand.
    private enum Places {
        case columns([String: Int], of: Int)
        /// Of several keys the first that holds anything gives the value.
        case keys([String: [String]])
    }

    /// What a column may be mapped to.
    static let fields = [
        "id", "title", "text", "written", "happened", "channel", "name", "phone", "email", "address", "place", "region",
        "about",
    ]
    /// Longest of the other fields; an id is half of a key in an index.
    static let longestField = 500
    static let longestID = 200
    /// Names of columns that a mistake lists.
    private static let listedAtMost = 30

    private let places: Places
    let source: String
    let line: String
    let channel: String

    /// - Parameters:
    ///   - first: the table's header, or the first JSON lines: they have no header, so whether any of these has a key is all
    ///     that tells a mistyped one from one that comes now and then.
    ///   - map: `column=field`, as typed; columns that are named like a field need none, and `time` means `written`.
    init(
        _ format: Format, first: [CSVReader.Record], map: [String], source: String, line: String, channel: String
    ) throws(Arguments.Mistake) {
        switch format {
        case .csv:
            let names = try Self.names(header: first[0])
            places = .columns(try Self.columns(names, map: map), of: names.count)
        case .jsonl: places = .keys(try Self.keys(Self.names(first), map: map, lines: first.count))
        }
        guard (1...100).contains(source.count), !source.contains(where: \.isNewline) else {
            throw .init(message: "--source wants a name of 1 to 100 characters")
        }
        try Self.check(channel)
        (self.source, self.line, self.channel) = (source, line, channel)
    }

    private static func names(header: CSVReader.Record) throws(Arguments.Mistake) -> [String] {
        // Before anything of it is quoted: it would be somebody's complaint.
        if header.fields.first?.first == UInt8(ascii: "{") {
            throw .init(message: "the file begins with {, as JSON lines do; read it as such with --format jsonl")
        }
        if let fault = header.fault { throw .init(message: "the header cannot be read: \(fault)") }
        var names: [String] = []
        for field in header.fields {
            guard let name = String(validating: field, as: UTF8.self), !name.utf8.contains(0) else {
                throw .init(message: "the header is no UTF-8; save the table as UTF-8")
            }
            names.append(name)
        }
        return names
    }

    /// The keys of all lines that hold an object, each once.
    private static func names(_ lines: [CSVReader.Record]) throws(Arguments.Mistake) -> [String] {
        var names: [String] = []
        var seen: Set<String> = []
        var fault: String?
        for line in lines {
            do throws(Fault) {
                names += try object(line).keys.filter { seen.insert($0).inserted }
            } catch {
                fault = fault ?? "line \(line.line): \(error.reason)"
            }
        }
        if names.isEmpty, let fault {
            throw .init(message: "none of the first \(lines.count) lines is a JSON object; \(fault)")
        }
        return names
    }

    private static func columns(_ names: [String], map: [String]) throws(Arguments.Mistake) -> [String: Int] {
        var columns: [String: Int] = [:]
        for (index, name) in names.enumerated() where fields.contains(name) {
            guard columns.updateValue(index, forKey: name) == nil else {
                throw .init(message: "the column \"\(name)\" stands twice in the header")
            }
        }
        if columns["written"] == nil { columns["written"] = names.firstIndex(of: "time") }
        for (field, column) in try assigned(map, names, absent: "there is no column") {
            columns[field] = names.firstIndex(of: column)
        }
        guard columns["text"] != nil else {
            throw .init(
                message: "no column gives the text; name it with --map COLUMN=text, one of \(listed(names))")
        }
        return columns
    }

    private static func keys(
        _ names: [String], map: [String], lines: Int
    ) throws(Arguments.Mistake) -> [String: [String]] {
        var keys = Dictionary(uniqueKeysWithValues: fields.map { ($0, [$0]) })
        keys["written"] = ["written", "time"]
        for (field, key) in try assigned(map, names, absent: "none of the first \(lines) lines has the key") {
            keys[field] = [key]
        }
        guard keys["text"]!.contains(where: names.contains) else {
            throw .init(
                message: """
                    no key of the first \(lines) lines gives the text; name it with --map KEY=text, one of \(listed(names))
                    """)
        }
        return keys
    }

    /// The column of each field that `map` names.
    /// - Parameter absent: what to say, before its name, of a column that is none of `names`.
    private static func assigned(
        _ map: [String], _ names: [String], absent: String
    ) throws(Arguments.Mistake) -> [String: String] {
        var assigned: [String: String] = [:]
        for entry in map {
            // A column's name may hold an equals sign, a field's does not.
            guard let equals = entry.lastIndex(of: "="), equals != entry.startIndex else {
                throw .init(message: "--map wants COLUMN=FIELD, not \"\(entry)\"")
            }
            let (column, field) = (String(entry[..<equals]), String(entry[entry.index(after: equals)...]))
            guard names.contains(column) else {
                if fields.contains(column), names.contains(field) {
                    throw .init(message: "--map wants COLUMN=FIELD: \"\(field)=\(column)\", not \"\(entry)\"")
                }
                throw .init(message: "\(absent) \"\(column)\"; there are \(listed(names))")
            }
            guard fields.contains(field) else {
                throw .init(message: "\"\(field)\" is no field; fields are \(fields.joined(separator: ", "))")
            }
            guard assigned.updateValue(column, forKey: field) == nil else {
                throw .init(message: "two columns are mapped to \(field)")
            }
        }
        return assigned
    }

    private static func listed(_ names: [String]) -> String {
        names.prefix(listedAtMost).joined(separator: ", ") + (names.count > listedAtMost ? ", …" : "")
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
    /// without one, all of it, of a JSON line each byte.
    private func request(_ values: [String: String], _ record: CSVReader.Record) -> [UInt8] {
        guard values["id"] != nil else { return CSVReader.line(record.fields) }
        return CSVReader.line(Self.fields.map { Array((values[$0] ?? "").utf8) })
    }

    /// The mapped fields that hold anything.
    private func values(_ record: CSVReader.Record) throws(Fault) -> [String: String] {
        let values = try texts(record).filter { !$0.value.isEmpty }
        for field in Self.fields {
            guard let text = values[field] else { continue }
            guard !text.utf8.contains(0) else { throw Fault(reason: "\(field) holds a NUL") }
            let longest =
                field == "text" ? Registration.longestText : field == "id" ? Self.longestID : Self.longestField
            let count = text.unicodeScalars.count
            guard count <= longest else {
                throw Fault(reason: "\(field) has \(count) characters; at most \(longest) are taken")
            }
        }
        return values
    }

    /// What stands at the fields' places.
    private func texts(_ record: CSVReader.Record) throws(Fault) -> [String: String] {
        var texts: [String: String] = [:]
        switch places {
        case .columns(let columns, let width):
            if let fault = record.fault { throw Fault(reason: fault) }
            guard record.fields.count == width else {
                throw Fault(reason: "\(record.fields.count) fields where the header has \(width)")
            }
            for field in Self.fields {
                guard let index = columns[field] else { continue }
                guard let text = String(validating: record.fields[index], as: UTF8.self) else {
                    throw Fault(reason: "\(field) is no UTF-8")
                }
                texts[field] = text
            }
        case .keys(let keys):
            let object = try Self.object(record)
            for field in Self.fields {
                for key in keys[field] ?? [] where texts[field, default: ""].isEmpty {
                    texts[field] = try object[key].flatMap { value throws(Fault) in try Self.text(value, of: field) }
                }
            }
        }
        return texts
    }

    /// The object that a line holds. What is wrong with it is said without quoting it.
    private static func object(_ record: CSVReader.Record) throws(Fault) -> JSONObject {
        if let fault = record.fault { throw Fault(reason: fault) }
        let value: JSON
        do throws(JSONError) {
            value = try JSON.parse(record.fields.first ?? [])
        } catch {
            throw Fault(reason: "it is no JSON; column \(error.column): \(error.reason.rawValue)")
        }
        guard let object = value.object else { throw Fault(reason: "it is JSON, but no object") }
        return object
    }

    private static func text(_ value: JSON, of field: String) throws(Fault) -> String? {
        let kind: String
        switch value {
        case .null: return nil
        case .string(let text): return text
        case .int(let number): return "\(number)"
        // Written back it might not be what it was.
        case .double: kind = "a number with a fraction or an exponent"
        case .bool: kind = "true or false"
        case .array: kind = "an array"
        case .object: kind = "an object"
        }
        throw Fault(reason: "\(field) is \(kind) where a text or a whole number is wanted")
    }

    private func moment(_ field: String, _ values: [String: String]) throws(Fault) -> Moment? {
        guard let text = values[field] else { return nil }
        guard let moment = Moment(iso8601: text), Moment.bounds.contains(moment) else {
            throw Fault(reason: "\(field) is no ISO 8601 time: \(text.prefix(40))")
        }
        return moment
    }
}
