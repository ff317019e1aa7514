import Foundation
import Synchronization

/// A program that runs beside the test, in a process group of its own, so that Ctrl-C does not reach it.
///
/// Not Foundation's `Process`: that takes a program for running as long as any child of it does.
package final class BackgroundProgram: Sendable {
    package let id: pid_t
    private let end = Mutex<Int32?>(nil)

    /// Starts it with default signal settings and no input; what it prints is appended to these files.
    package init(
        _ executable: URL, _ arguments: [String], environment: [String: String], output: URL, errors: URL
    ) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, output.path, O_WRONLY | O_CREAT | O_APPEND, 0o644)
        posix_spawn_file_actions_addopen(&actions, 2, errors.path, O_WRONLY | O_CREAT | O_APPEND, 0o644)
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
        guard failure == 0 else { throw POSIXError(POSIXErrorCode(rawValue: failure) ?? .EIO) }
        self.id = id
        Thread.detachNewThread { [self] in
            var status: Int32 = 0
            while waitpid(self.id, &status, 0) < 0, errno == EINTR {}
            let signal = status & 0x7f
            end.withLock { $0 = signal == 0 ? (status >> 8) & 0xff : 128 + signal }
        }
    }

    /// Exit status, 128 and the signal's number after a signal, `nil` while it runs.
    package var status: Int32? { end.withLock { $0 } }

    package func signal(_ number: Int32) {
        if status == nil { kill(id, number) }
    }
}
