import Foundation
import Postgres

/// Servers of PostgreSQL for tests that stop and kill theirs; removed when the test process ends, however it ends.
package enum TestCluster {
    /// A server in a new folder, not started.
    package static func make(settings: [String: String] = [:]) throws -> PrivateCluster {
        let folder = "/tmp/jiesu-test-\(getpid())-\(UInt32.random(in: 0 ... .max))"
        var all = [
            "fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "300",
            "track_commit_timestamp": "on", "shared_buffers": "64MB",
        ]
        all.merge(settings) { _, given in given }
        let cluster = try PrivateCluster(folder: folder, settings: all)
        try removeAtExit(cluster)
        return cluster
    }

    /// A shell that waits for the end of this process, which closes the pipe it reads from, then cleans up. In a
    /// session of its own, so that Ctrl-C reaches only us.
    private static func removeAtExit(_ cluster: PrivateCluster) throws {
        let life = Pipe()
        // Another child that inherited our end would keep it open after us.
        _ = fcntl(life.fileHandleForWriting.fileDescriptor, F_SETFD, FD_CLOEXEC)
        let guardian = Process()
        guardian.executableURL = URL(fileURLWithPath: "/usr/bin/setsid")
        guardian.arguments = ["/bin/sh", "-c", "cat; exec >/dev/null 2>&1; \(cluster.removal)"]
        guardian.currentDirectoryURL = URL(fileURLWithPath: "/")
        guardian.standardInput = life
        guardian.standardOutput = FileHandle.nullDevice
        guardian.standardError = FileHandle.nullDevice
        try guardian.run()
        // Kept for as long as the process lives.
        _ = Unmanaged.passRetained(life)
    }
}
