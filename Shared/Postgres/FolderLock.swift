import Foundation

/// Keeps other processes, and other tasks of this one, from working on a folder. Let go when dropped, or when the
/// process ends.
struct FolderLock: ~Copyable {
    private let file: Int32

    /// Waits, without blocking a thread, until nobody else holds it; at most `seconds`.
    init(folder: String, seconds: Int) async throws(PostgresError) {
        file = open("\(folder)/lock", O_CREAT | O_RDWR | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw PostgresError(.process, "\(folder)/lock cannot be opened: errno \(errno)") }
        for _ in 0..<seconds * 20 {
            if flock(file, LOCK_EX | LOCK_NB) == 0 { return }
            try? await Task.sleep(for: .milliseconds(50))
        }
        throw PostgresError(.process, "another process has been working on \(folder) for \(seconds) s")
    }

    /// Says where it ends; an error on the way ends it too.
    consuming func letGo() {}

    deinit { close(file) }
}
