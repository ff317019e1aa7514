import Foundation
import Lifecycle
import Postgres
import Telemetry

/// Looks after what a suite's services cannot look after themselves: PostgreSQL is started again when it died, and no log
/// file grows without bound.
struct Housekeeper: Service {
    let name = "housekeeper"
    let cluster: PrivateCluster
    let logs: URL
    let log: Logger

    /// A log file that has grown longer becomes `NAME.log.1`, in place of an older one.
    static let longestLog = 32 << 20

    func run() async throws {
        while !Task.isCancelled {
            await sleep(for: .seconds(1))
            guard !Task.isCancelled else { return }
            do {
                if !cluster.isAlive {
                    log.warning("PostgreSQL died and is started again")
                    try await cluster.start()
                }
                try shortenLogs()
            } catch {
                log.error("the suite cannot be looked after", ["reason": "\(error)"])
            }
        }
    }

    /// The services' logs and PostgreSQL's own. Copies and empties, since all keep their files open, and append to them. Lines
    /// written in between are lost.
    func shortenLogs(_ longest: Int = longestLog) throws {
        let services = try FileManager.default.contentsOfDirectory(at: logs, includingPropertiesForKeys: nil)
        let server = URL(filePath: "\(cluster.folder)/server.log")
        for file in services + [server] where file.pathExtension == "log" {
            // PostgreSQL's folder is its user's, who must not make root empty another file.
            let descriptor = open(file.path, O_WRONLY | O_NOFOLLOW | O_CLOEXEC)
            guard descriptor >= 0 else { throw CommandFailure("\(file.path) cannot be opened: errno \(errno)") }
            defer { close(descriptor) }
            guard lseek(descriptor, 0, SEEK_END) > longest else { continue }
            let old = file.appendingPathExtension("1")
            if FileManager.default.fileExists(atPath: old.path) { try FileManager.default.removeItem(at: old) }
            try FileManager.default.copyItem(at: file, to: old)
            guard ftruncate(descriptor, 0) == 0 else { throw CommandFailure("\(file.path) cannot be emptied") }
        }
    }
}
