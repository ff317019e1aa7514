import Policies

/// What was typed after a command's name: options with and without values, and the rest in order.
struct Arguments {
    /// A mistake of the user: printed with the command's usage, exit 2.
    struct Mistake: Error, Equatable {
        let message: String
    }

    /// An option a command knows: `--name` or `--name VALUE`.
    struct Option {
        let name: String
        let takesValue: Bool
        var repeats = false

        static func flag(_ name: String) -> Option { Option(name: name, takesValue: false) }
        static func value(_ name: String) -> Option { Option(name: name, takesValue: true) }
        static func list(_ name: String) -> Option { Option(name: name, takesValue: true, repeats: true) }
    }

    private var values: [String: [String]] = [:]
    private(set) var positional: [String] = []

    /// Reads `--name VALUE`, `--name=VALUE` and `--`; anything else that begins with two hyphens must be known.
    init(_ typed: [String], options: [Option]) throws(Mistake) {
        let known = Dictionary(uniqueKeysWithValues: options.map { ($0.name, $0) })
        var rest = typed[...]
        while let next = rest.popFirst() {
            guard next != "--" else {
                positional += rest
                return
            }
            guard next.hasPrefix("--") else {
                // A hyphen alone and a negative number are no options.
                if next.count > 1, next.first == "-", next.dropFirst().first?.isNumber == false {
                    throw Self.unknown(next, known)
                }
                positional.append(next)
                continue
            }
            let parts = next.dropFirst(2).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = String(parts[0])
            guard let option = known[name] else { throw Self.unknown("--\(name)", known) }
            var value: String? = parts.count == 2 ? String(parts[1]) : nil
            if option.takesValue, value == nil {
                value = rest.popFirst()
                if let value, value.hasPrefix("--"), known[String(value.dropFirst(2))] != nil {
                    throw Mistake(message: "--\(name) wants a value, not the option \(value)")
                }
            }
            if option.takesValue, value?.isEmpty ?? true { throw Mistake(message: "--\(name) wants a value") }
            if !option.takesValue, value != nil { throw Mistake(message: "--\(name) takes no value") }
            if values[name] != nil, !option.repeats { throw Mistake(message: "--\(name) was given twice") }
            values[name, default: []].append(value ?? "")
        }
    }

    private static func unknown(_ typed: String, _ known: [String: Option]) -> Mistake {
        let offered = known.keys.sorted().map { "--\($0)" }
        let near = Suggestion.text(for: typed, among: offered)
        guard near.isEmpty else { return Mistake(message: "unknown option \(typed)\(near)") }
        let list = offered.isEmpty ? "none" : offered.joined(separator: ", ")
        return Mistake(message: "unknown option \(typed); this command knows \(list)")
    }

    func has(_ name: String) -> Bool { values[name] != nil }

    func text(_ name: String) -> String? { values[name]?.first }

    func list(_ name: String) -> [String] { values[name] ?? [] }

    /// A whole number within bounds.
    func number(_ name: String, in bounds: ClosedRange<Int>, default fallback: Int) throws(Mistake) -> Int {
        guard let text = text(name) else { return fallback }
        guard let number = Int(text), bounds.contains(number) else {
            throw Mistake(
                message:
                    "--\(name) wants a whole number from \(bounds.lowerBound) to \(bounds.upperBound), not \"\(text)\"")
        }
        return number
    }

    /// Refuses a text that is not for people to read.
    static func check(_ text: String, as name: String, most: Int) throws(Mistake) {
        guard text.isLine(most: most) else {
            throw Mistake(message: "\(name) wants a text of 1 to \(most) characters without control characters")
        }
    }

    /// Refuses a word that is none of `known`.
    /// - Parameter place: where all of them can be seen; `nil`: in the message.
    static func check(_ word: String, among known: [String], called kind: String, seeIn place: String? = nil)
        throws(Mistake)
    {
        guard !known.contains(word) else { return }
        var way = Suggestion.text(for: word, among: known)
        if way.isEmpty {
            way = place.map { "; \($0) shows them" } ?? "; expected one of \(known.joined(separator: ", "))"
        }
        throw Mistake(message: "unknown \(kind) \"\(word)\"\(way)")
    }

    /// Exactly these positional arguments.
    func positional(_ names: String...) throws(Mistake) -> [String] {
        if positional.count < names.count { throw Mistake(message: "\(names[positional.count]) is missing") }
        if positional.count > names.count {
            throw Mistake(message: "\"\(positional[names.count])\" is one argument too many")
        }
        return positional
    }
}
