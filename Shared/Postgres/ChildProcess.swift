import Foundation

/// Runs a program to its end. Not Foundation's `Process`: that waits for every grandchild too, and the server is one.
package enum ChildProcess {
    /// Blocks until the program ends; it starts with no input and none of our files or signal settings.
    /// - Returns: its exit status, -1 after a signal, and what it printed.
    /// - Throws: `.process` when it cannot be started.
    package static func run(_ words: [String]) throws(PostgresError) -> (status: Int32, output: String) {
        // A file, not a pipe: nothing to read meanwhile, and no end to wait for that a grandchild may hold open.
        guard let output = tmpfile() else { throw PostgresError(.process, "no temporary file can be made") }
        defer { fclose(output) }
        let id = try spawn(words, output: fileno(output))
        var status: Int32 = 0
        while waitpid(id, &status, 0) < 0 {
            guard errno == EINTR else { throw PostgresError(.process, "\(words[0]) was lost: errno \(errno)") }
        }
        let hasExited = status & 0x7f == 0
        return (hasExited ? (status >> 8) & 0xff : -1, text(of: output))
    }

    private static func spawn(_ words: [String], output: Int32) throws(PostgresError) -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, output, 1)
        posix_spawn_file_actions_adddup2(&actions, output, 2)
        // A server would keep our sockets open for as long as it lives.
        for file in try openFiles() where file > 2 { posix_spawn_file_actions_addclose(&actions, file) }

        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // A service blocks or ignores signals that the server needs.
        var none = sigset_t()
        var all = sigset_t()
        sigemptyset(&none)
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

        let arguments = words.map { strdup($0) }
        defer { for argument in arguments { free(argument) } }
        var id: pid_t = 0
        let failure = posix_spawn(&id, words[0], &actions, &attributes, arguments + [nil], environ)
        guard failure == 0 else { throw PostgresError(.process, "\(words[0]) cannot be started: errno \(failure)") }
        return id
    }

    private static func openFiles() throws(PostgresError) -> [Int32] {
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd") else {
            throw PostgresError(.process, "/proc/self/fd cannot be read")
        }
        return names.compactMap { Int32($0) }
    }

    private static func text(of file: UnsafeMutablePointer<FILE>) -> String {
        rewind(file)
        var bytes = [UInt8](repeating: 0, count: 64 << 10)
        let count = fread(&bytes, 1, bytes.count, file)
        return String(decoding: bytes[..<count], as: UTF8.self)
    }
}
