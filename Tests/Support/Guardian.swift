import Foundation

/// A shell that outlives this process and cleans up after it, however it ends.
package enum Guardian {
    /// Runs `script` in `sh` when this process has ended, or been killed.
    ///
    /// The shell waits for the end of a pipe that only we hold, in a session of its own, so that Ctrl-C reaches only us.
    package static func atExit(_ script: String) throws {
        let life = Pipe()
        // Another child that inherited our end would keep it open after us.
        _ = fcntl(life.fileHandleForWriting.fileDescriptor, F_SETFD, FD_CLOEXEC)
        let shell = Process()
        shell.executableURL = URL(fileURLWithPath: "/usr/bin/setsid")
        shell.arguments = ["/bin/sh", "-c", "cat; exec >/dev/null 2>&1; \(script)"]
        shell.currentDirectoryURL = URL(fileURLWithPath: "/")
        shell.standardInput = life
        shell.standardOutput = FileHandle.nullDevice
        shell.standardError = FileHandle.nullDevice
        try shell.run()
        // Kept for as long as the process lives.
        _ = Unmanaged.passRetained(life)
    }
}
