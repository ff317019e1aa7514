import Foundation
import Postgres

/// A shell that outlives this process and cleans up after it, however it ends.
package enum Guardian {
    /// Runs `script` in `sh` within a second after this process has ended or was killed.
    ///
    /// In a session of its own, so that Ctrl-C reaches only us, and nobody's child here: the exit tests of Swift Testing wait
    /// for any child and do not expect others.
    package static func atExit(_ script: String) throws {
        let guardian = "while kill -0 \(getpid()); do sleep 1; done; \(script)"
        let quoted = "'" + guardian.replacing("'", with: "'\\''") + "'"
        _ = try ChildProcess.run(["/bin/sh", "-c", "setsid /bin/sh -c \(quoted) > /dev/null 2>&1 < /dev/null &"])
    }
}
