import Foundation
import Lifecycle

/// PostgreSQL's own programs (initdb, pg_ctl), run as a user that PostgreSQL accepts: it refuses to run as root.
struct PostgresPrograms: Sendable {
    /// The folder that holds them.
    let folder: String
    /// The user they run as when we are root, else nil.
    let user: (name: String, id: uid_t, group: gid_t)?

    /// Looks in the folders where Debian puts them, newest version first, then in `PATH`.
    /// - Throws: `.process` when there are none, or when we are root and there is no user `postgres`.
    init() throws(PostgresError) {
        folder = try Self.find()
        user = try geteuid() == 0 ? Self.postgresUser() : nil
    }

    private static func find() throws(PostgresError) -> String {
        let debian = "/usr/lib/postgresql"
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: debian)) ?? []
        let newestFirst = versions.compactMap { Int($0) }.sorted(by: >).map { "\(debian)/\($0)/bin" }
        let path = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map(String.init)
        let found = (newestFirst + path).first { FileManager.default.isExecutableFile(atPath: "\($0)/initdb") }
        guard let found else {
            throw PostgresError(.process, "no initdb in \(debian) or PATH: install the package postgresql")
        }
        return found
    }

    private static func postgresUser() throws(PostgresError) -> (name: String, id: uid_t, group: gid_t) {
        guard let entry = getpwnam("postgres") else {
            throw PostgresError(.process, "root may not run PostgreSQL, and there is no user postgres to run it as")
        }
        return ("postgres", entry.pointee.pw_uid, entry.pointee.pw_gid)
    }

    /// The words that run `program`: in `/`, as the folder we are in may be closed to the other user, and behind
    /// setpriv when we are root.
    func command(_ program: String, _ arguments: [String]) -> [String] {
        var words = ["/usr/bin/env", "--chdir=/"]
        if let user { words += ["setpriv", "--reuid=\(user.id)", "--regid=\(user.group)", "--clear-groups"] }
        return words + ["\(folder)/\(program)"] + arguments
    }

    /// Runs `program` to its end, without blocking a shared thread.
    /// - Returns: its exit status and what it printed.
    func run(_ program: String, _ arguments: [String]) async throws(PostgresError) -> (status: Int32, output: String) {
        let words = command(program, arguments)
        return try await BlockingExecutor(label: "postgres.programs").run { () throws(PostgresError) in
            try ChildProcess.run(words)
        }
    }

    /// Gives a file or folder to the user whom the server runs as.
    func handOver(_ path: String) {
        if let user { _ = chown(path, user.id, user.group) }
    }
}
