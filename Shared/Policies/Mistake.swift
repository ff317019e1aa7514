/// Something wrong in a file that people write: where, and what was expected there.
package struct Mistake: Sendable, Equatable, CustomStringConvertible {
    package var file: String
    /// From 1.
    package var line: Int
    /// The key as a JSON Pointer, `/classify/subject/values/3/words/0`; empty for the whole file.
    package var key: String
    /// What is wrong and what was expected. May quote the file, which holds no personal data.
    package var message: String

    package init(file: String, line: Int, key: String, message: String) {
        self.file = file
        self.line = line
        self.key = key
        self.message = message
    }

    /// `p000-06.json:12: /channels/allowed/2: unknown channel "leter"; did you mean "letter"?`
    package var description: String {
        "\(file):\(line): \(key.isEmpty ? "" : key + ": ")\(message)"
    }
}

/// Every mistake of one file at once, in the order of its lines. Never empty.
package struct Mistakes: Error, Equatable, CustomStringConvertible {
    package let list: [Mistake]

    package var description: String { list.map(\.description).joined(separator: "\n") }
}
