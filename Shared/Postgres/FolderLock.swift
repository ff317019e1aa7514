import Foundation

/// Keeps other processes, and other tasks of this one, from working on a folder. Let go when dropped, or when the
/// process ends.
package struct FolderLock: ~Copyable {
    private let file: Int32

    /// Waits, without blocking a thread, until nobody else holds it; at most `seconds`, 0 to try once.
    /// - Throws: `.busy` when somebody still holds it, `.process` when the folder cannot be written, `.cancelled`.
    package init(folder: String, seconds: Int) async throws(PostgresError) {
        file = open("\(folder)/lock", O_CREAT | O_RDWR | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw PostgresError(.process, "\(folder)/lock cannot be opened: errno \(errno)") }
        let limit = ContinuousClock.now + .seconds(seconds)
        while flock(file, LOCK_EX | LOCK_NB) != 0 {
            guard errno == EWOULDBLOCK else {
                throw PostgresError(.process, "\(folder)/lock cannot be locked: errno \(errno)")
            }
            guard .now < limit else { throw PostgresError(.busy, "another process works on \(folder)") }
            try await pause(.milliseconds(50), "another process worked on \(folder)")
        }
    }

    /// Says where it ends; an error on the way ends it too.
    package consuming func letGo() {}

    deinit { close(file) }
}
