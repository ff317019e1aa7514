import JSON

/// A JSON file that is being read and the mistakes found in it so far. Reading goes on after a mistake, with the value
/// left out, so that all are reported at once.
final class CheckedFile {
    let name: String
    /// Keys that nobody knows are passed over instead of reported.
    let isTolerant: Bool
    private let document: JSONDocument
    private var mistakes: [Mistake] = []

    init(_ bytes: [UInt8], name: String, isTolerant: Bool = false) throws(Mistakes) {
        self.name = name
        self.isTolerant = isTolerant
        do {
            document = try JSONDocument(bytes)
        } catch {
            let message = "\(error.reason.rawValue) (column \(error.column)); expected a JSON text in UTF-8"
            throw Mistakes(list: [Mistake(file: name, line: error.line, key: "", message: message)])
        }
    }

    var root: CheckedValue { CheckedValue(value: document.value, path: [], file: self) }

    func report(_ message: String, at path: JSONPath) {
        mistakes.append(Mistake(file: name, line: document.line(of: path), key: path.pointer, message: message))
    }

    /// Throws what was reported. Call at the end and once before values are relied on.
    func finish() throws(Mistakes) {
        guard !mistakes.isEmpty else { return }
        let inOrder = mistakes.enumerated().sorted { ($0.element.line, $0.offset) < ($1.element.line, $1.offset) }
        throw Mistakes(list: inOrder.map(\.element))
    }
}
