import Foundation
import Synchronization

/// One process of the suite. It stops when this program ends, even by SIGKILL; it is in a process group of its own, so that
/// Ctrl-C reaches only this program, which stops its parts in their order.
///
/// Not Foundation's `Process`: that is told of an end by a socket which a process that is started at the same moment may
/// inherit, and then hears of it only when that one has ended too; and it hands on the signals that our thread blocks.
final class Child: Sendable {
    let name: String
    private let executable: URL
    private let arguments: [String]
    private let environment: [String: String]
    private let log: URL
    private let state = Mutex(State())

    private struct State {
        /// While it runs and was not waited for, so that the number is nobody else's.
        var id: pid_t?
        /// Told to stop, perhaps before it was started.
        var isStopping = false
    }

    /// - Parameter log: file that standard output and error are appended to.
    init(name: String, executable: URL, arguments: [String] = [], environment: [String: String], log: URL) {
        self.name = name
        self.executable = executable
        self.arguments = arguments
        self.environment = environment
        self.log = log
    }

    /// Where this program's executable lies, and the others with it.
    static let folder = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()

    /// Starts it and returns when it has ended, with its exit status; 128 and the signal's number if a signal ended it.
    /// - Parameter started: called with the process id.
    func run(started: (Int32) -> Void) async throws -> Int32 {
        // Nothing is ever written to it: its end is the end of this program, and `Lifecycle` stops the child then.
        var life: [Int32] = [-1, -1]
        let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, kind, 0, &life) == 0 else {
            throw CommandFailure("no socket can be made: errno \(errno)")
        }
        defer { close(life[1]) }
        let id: pid_t
        do {
            defer { close(life[0]) }
            id = try spawn(input: life[0])
        }
        started(id)
        let isStopping = state.withLock { state in
            state.id = id
            return state.isStopping
        }
        if isStopping { terminate() }
        return await withCheckedContinuation { continuation in
            Thread.detachNewThread { [self] in continuation.resume(returning: wait(for: id)) }
        }
    }

    /// Asks it to finish what it is at and to stop, now or as soon as it is started.
    func terminate() {
        state.withLock { state in
            state.isStopping = true
            if let id = state.id { kill(id, SIGTERM) }
        }
    }

    /// Blocks until it has ended.
    private func wait(for id: pid_t) -> Int32 {
        var ended = siginfo_t()
        while waitid(P_PID, id_t(id), &ended, WEXITED | WNOWAIT) < 0, errno == EINTR {}
        return state.withLock { state in
            state.id = nil
            var status: Int32 = 0
            while waitpid(id, &status, 0) < 0, errno == EINTR {}
            let signal = status & 0x7f
            return signal == 0 ? (status >> 8) & 0xff : 128 + signal
        }
    }

    private func spawn(input: Int32) throws -> pid_t {
        // Appending, so that whoever shortens the file does not leave a hole in it.
        let output = open(log.path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
        guard output >= 0 else { throw CommandFailure("\(log.path) cannot be written: errno \(errno)") }
        defer { close(output) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for (file, number) in [(input, 0), (output, 1), (output, 2)] as [(Int32, Int32)] {
            posix_spawn_file_actions_adddup2(&actions, file, number)
        }
        for file in try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").compactMap({ Int32($0) })
        where file > 2 { posix_spawn_file_actions_addclose(&actions, file) }

        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        var all = sigset_t()
        sigemptyset(&none)
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP))

        let words = ([executable.path] + arguments).map { strdup($0) }
        let settings = environment.map { strdup("\($0.key)=\($0.value)") }
        defer { for text in words + settings { free(text) } }
        var id: pid_t = 0
        let failure = posix_spawn(&id, executable.path, &actions, &attributes, words + [nil], settings + [nil])
        guard failure == 0 else { throw CommandFailure("\(executable.path) cannot be started: errno \(failure)") }
        return id
    }
}
