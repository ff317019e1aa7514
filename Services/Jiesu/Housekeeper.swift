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

    /// Copies and empties, since the services keep their files open. Lines written in between are lost.
    func shortenLogs(_ longest: Int = longestLog) throws {
        for file in try FileManager.default.contentsOfDirectory(at: logs, includingPropertiesForKeys: [.fileSizeKey])
        where file.pathExtension == "log" {
            guard let size = try file.resourceValues(forKeys: [.fileSizeKey]).fileSize, size > longest else { continue }
            let old = file.appendingPathExtension("1")
            if FileManager.default.fileExists(atPath: old.path) { try FileManager.default.removeItem(at: old) }
            try FileManager.default.copyItem(at: file, to: old)
            guard truncate(file.path, 0) == 0 else { throw CommandFailure("\(file.path) cannot be emptied") }
        }
    }
}
