import Foundation

/// A PostgreSQL server of our own in a data folder, for one machine and for tests.
///
/// It listens on a unix socket that only its own user and root can reach, where it trusts everyone, and, if asked, on
/// 127.0.0.1, where every role needs a password. The server outlives this process; a later `PrivateCluster` on the same
/// folder joins it, and starts that overlap are no trouble.
package final class PrivateCluster: Sendable {
    /// How the server ends.
    package enum Stop: String, Sendable {
        /// Breaks connections off, writes a checkpoint.
        case fast
        /// Ends at once; the next start recovers from the log.
        case immediate
    }

    /// The superuser, on the unix socket without a password.
    package static let superuser = "postgres"

    /// Seconds that a start (with recovery) or a stop may take.
    private static let secondsAtMost = 60

    package let folder: String
    private let port: Int
    private let listensOnTCP: Bool
    private let settings: [String: String]
    private let programs: PostgresPrograms
    private let socketFolder: String

    private var data: String { "\(folder)/data" }

    /// Starts nothing yet.
    /// - Parameters:
    ///   - folder: made when missing. Ours and the server's alone: its log and data live there.
    ///   - port: on 127.0.0.1; default none, the unix socket only.
    ///   - settings: as in postgresql.conf, such as `["track_commit_timestamp": "on"]`; they take effect at the next
    ///     start.
    /// - Throws: `.process` when PostgreSQL is not installed.
    package init(folder: String, port: Int? = nil, settings: [String: String] = [:]) throws(PostgresError) {
        let folder = URL(fileURLWithPath: folder).standardizedFileURL.path
        self.folder = folder
        self.port = port ?? 5432
        self.listensOnTCP = port != nil
        self.settings = settings
        programs = try PostgresPrograms()
        // A socket's path is at most 107 bytes, a data folder's may be longer: the socket lives elsewhere, by a short
        // name.
        socketFolder = "/tmp/jiesu-postgres-\(String(Self.hash(folder), radix: 36))"
    }

    /// The address of `database` for a role, default the superuser, on the unix socket. The folder's rights are the
    /// protection: no role has a password.
    package func url(database: String = "postgres", user: String = superuser) -> String {
        "postgresql:///\(database)?host=\(socketFolder)&port=\(port)&user=\(user)"
    }

    /// Makes the data folder if need be, starts the server and waits until it answers. A server that runs already is
    /// joined.
    /// - Throws: `.process`, whose `debugDescription` holds the server's last words; `.busy` when another process has
    ///   worked on the folder all the time; `.cancelled`, and then the server may run or not.
    package func start() async throws(PostgresError) {
        try makeFolder(folder)
        let lock = try await FolderLock(folder: folder, seconds: 2 * Self.secondsAtMost)
        try await startAlone()
        lock.letGo()
    }

    private func startAlone() async throws(PostgresError) {
        if try await isRunning() { return try await waitUntilReady() }
        try await prepare()
        // Twice more: the last processes of a killed server take a moment to notice.
        for _ in 0..<3 {
            if try await pgCtl("start", "-w", "-l", "\(folder)/server.log").status == 0 { return }
            try await pause(.milliseconds(300), "the server did not start")
        }
        throw PostgresError(.process, "the server did not start; see \(folder)/server.log", detail: lastWords)
    }

    /// True when a server runs on the folder, whoever started it.
    package func isRunning() async throws(PostgresError) -> Bool {
        guard FileManager.default.fileExists(atPath: "\(data)/postmaster.pid") else { return false }
        return try await pgCtl("status").status == 0
    }

    /// Whether its first process lives, without asking it: cheap enough for every second.
    package var isAlive: Bool { processID.map { Foundation.kill($0, 0) == 0 } ?? false }

    /// Process id of the server's first process, as it wrote it down.
    private var processID: Int32? {
        guard let text = try? String(contentsOfFile: "\(data)/postmaster.pid", encoding: .utf8),
            let id = text.split(separator: "\n").first.flatMap({ Int32($0) }), id > 1
        else { return nil }
        return id
    }

    /// Ends the server and waits for its end; no trouble when none runs.
    package func stop(_ how: Stop = .fast) async throws(PostgresError) {
        guard try await isRunning() else { return }
        let (status, output) = try await pgCtl("stop", "-w", "-m", how.rawValue)
        if status != 0, try await isRunning() {
            throw PostgresError(.process, "the server did not stop", detail: output)
        }
        // Empty now; the next start makes it again.
        rmdir(socketFolder)
    }

    /// Stops and starts.
    package func restart(_ how: Stop = .fast) async throws(PostgresError) {
        try await stop(how)
        try await start()
    }

    /// Kills the server's first process outright, as a crash of the machine would, and waits for its end. The others
    /// notice.
    package func kill() async throws(PostgresError) {
        guard let id = processID else { return }
        Foundation.kill(id, SIGKILL)
        for _ in 0..<500 where Foundation.kill(id, 0) == 0 {
            try await pause(.milliseconds(10), "the server's first process died")
        }
    }

    /// Runs one of PostgreSQL's own programs (psql, pgbench …) to its end, as the user whom the server runs as, without
    /// blocking a shared thread.
    /// - Returns: its exit status and what it printed, at most 64 KiB.
    package func run(_ program: String, _ arguments: [String]) async throws(PostgresError) -> (
        status: Int32, output: String
    ) {
        try await programs.run(program, arguments)
    }

    /// Stops the server and deletes everything.
    package func remove() async throws(PostgresError) {
        try await stop(.immediate)
        try? FileManager.default.removeItem(atPath: folder)
        try? FileManager.default.removeItem(atPath: socketFolder)
    }

    /// A shell command that does the same without us, for a guard that outlives this process.
    package var removal: String {
        let stop = programs.command("pg_ctl", ["stop", "-D", data, "-m", "immediate"])
        let remove = ["rm", "-rf", folder, socketFolder]
        return [stop, remove].map { $0.map(Self.quoted).joined(separator: " ") }.joined(separator: "; ")
    }

    // MARK: Inside

    private func prepare() async throws(PostgresError) {
        try makeFolder(socketFolder)
        if !FileManager.default.fileExists(atPath: data) { try await makeData() }
        try write(configuration, to: "\(data)/jiesu.conf")
    }

    /// Under another name first, so that a crash on the way leaves nothing that looks whole.
    private func makeData() async throws(PostgresError) {
        let unfinished = "\(data).unfinished"
        try? FileManager.default.removeItem(atPath: unfinished)
        var arguments = [
            "-D", unfinished, "-U", Self.superuser, "-E", "UTF8", "--locale=C.UTF-8", "--auth-local=trust",
            "--auth-host=scram-sha-256",
        ]
        if settings["fsync"] == "off" { arguments.append("--no-sync") }
        let (status, output) = try await programs.run("initdb", arguments)
        guard status == 0, rename(unfinished, data) == 0 else {
            // Its last words tell what is wrong, such as a folder that the server's user may not enter.
            let words = output.split(separator: "\n").suffix(3).joined(separator: " · ")
            throw PostgresError(.process, "initdb failed in \(folder): \(words)", detail: output)
        }
    }

    /// Private to the server's user: whoever reaches the socket is the superuser.
    private func makeFolder(_ path: String) throws(PostgresError) {
        if mkdir(path, 0o700) == 0 { return programs.handOver(path) }
        if errno == ENOENT {
            try? FileManager.default.createDirectory(
                atPath: URL(fileURLWithPath: path).deletingLastPathComponent().path, withIntermediateDirectories: true)
            if mkdir(path, 0o700) == 0 { return programs.handOver(path) }
        }
        var found = stat()
        // In /tmp anyone could have made it first.
        guard lstat(path, &found) == 0, found.st_mode & S_IFMT == S_IFDIR, found.st_mode & 0o077 == 0,
            found.st_uid == programs.user?.id ?? geteuid()
        else { throw PostgresError(.process, "\(path) is not a private folder of the server's user") }
    }

    private var configuration: String {
        var all = settings
        all["unix_socket_directories"] = socketFolder
        all["unix_socket_permissions"] = "0700"
        all["listen_addresses"] = listensOnTCP ? "127.0.0.1" : ""
        all["port"] = "\(port)"
        return all.sorted { $0.key < $1.key }
            .map { "\($0.key) = '\($0.value.replacing("'", with: "''"))'\n" }
            .joined()
    }

    private func write(_ text: String, to path: String) throws(PostgresError) {
        do {
            try text.write(toFile: path, atomically: true, encoding: .utf8)
            programs.handOver(path)
            let main = try String(contentsOfFile: "\(data)/postgresql.conf", encoding: .utf8)
            if !main.contains("jiesu.conf") {
                try (main + "include_if_exists = 'jiesu.conf'\n")
                    .write(toFile: "\(data)/postgresql.conf", atomically: true, encoding: .utf8)
                programs.handOver("\(data)/postgresql.conf")
            }
        } catch {
            throw PostgresError(.process, "the server's settings cannot be written in \(folder)", detail: "\(error)")
        }
    }

    private var lastWords: String {
        let log = (try? String(contentsOfFile: "\(folder)/server.log", encoding: .utf8)) ?? ""
        return log.split(separator: "\n").suffix(10).joined(separator: " | ")
    }

    private func waitUntilReady() async throws(PostgresError) {
        for _ in 0..<Self.secondsAtMost * 10 {
            if try await programs.run("pg_isready", ["-q", "-h", socketFolder, "-p", "\(port)"]).status == 0 { return }
            try await pause(.milliseconds(100), "the server did not answer yet")
        }
        throw PostgresError(.process, "the server runs but does not answer")
    }

    private func pgCtl(_ arguments: String...) async throws(PostgresError) -> (status: Int32, output: String) {
        try await programs.run("pg_ctl", arguments + ["-D", data, "-t", "\(Self.secondsAtMost)"])
    }

    private static func quoted(_ word: String) -> String {
        "'\(word.replacing("'", with: "'\\''"))'"
    }

    /// FNV-1a: the same for the same folder in every process, which `Hasher` is not.
    private static func hash(_ text: String) -> UInt64 {
        text.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    }
}
