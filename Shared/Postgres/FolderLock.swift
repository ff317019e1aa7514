import Foundation

/// Keeps other processes, and other tasks of this one, from working on a folder. Let go when dropped, or when the
/// process ends.
package struct FolderLock: ~Copyable {
    private let file: Int32

    /// Waits, without blocking a thread, until nobody else holds it; at most `seconds`, 0 to try once.
    /// - Throws: `.process` when somebody still holds it, or the folder cannot be written.
    package init(folder: String, seconds: Int) async throws(PostgresError) {
        file = open("\(folder)/lock", O_CREAT | O_RDWR | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw PostgresError(.process, "\(folder)/lock cannot be opened: errno \(errno)") }
        if flock(file, LOCK_EX | LOCK_NB) == 0 { return }
        for _ in 0..<seconds * 20 {
            try? await Task.sleep(for: .milliseconds(50))
            if flock(file, LOCK_EX | LOCK_NB) == 0 { return }
        }
        throw PostgresError(.process, "another process works on \(folder)")
    }

    /// Says where it ends; an error on the way ends it too.
    package consuming func letGo() {}

    deinit { close(file) }
}
