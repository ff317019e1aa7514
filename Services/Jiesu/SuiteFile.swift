import Foundation

/// What a running suite says about itself in its data folder, so that other commands find it.
struct SuiteFile: Codable {
    /// Of an administrator of the private database; no password, the socket's folder is the protection.
    var database: String
    /// Where citizens' requests go.
    var intake: String
    /// Process ids of the running parts, by name.
    var processes: [String: Int32]

    private static func url(in folder: URL) -> URL { folder.appending(path: "suite.json") }

    static func read(from folder: URL) throws -> SuiteFile {
        do {
            return try JSONDecoder().decode(SuiteFile.self, from: Data(contentsOf: url(in: folder)))
        } catch {
            throw CommandFailure(
                "no suite runs with the data folder \(folder.path)",
                hint: "start one with `jiesu up`, name its folder with --data, or set JIESU_DATABASE_URL")
        }
    }

    /// Replaces the file in one step, so that a reader never sees half of it.
    func write(to folder: URL) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        try encoder.encode(self).write(to: Self.url(in: folder), options: .atomic)
    }

    static func remove(from folder: URL) {
        try? FileManager.default.removeItem(at: url(in: folder))
    }
}

/// What a command could not do, in the user's words: standard error, exit 1.
struct CommandFailure: Error {
    let message: String
    let hint: String?

    init(_ message: String, hint: String? = nil) {
        self.message = message
        self.hint = hint
    }
}
