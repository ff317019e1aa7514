import CaseStore
import Casework
import Lifecycle
import Telemetry

/// Lets cases know of what came to their complainants: the proof becomes the event `informed`, which ends the clock that waits for it, as of
/// when it came. Doing it again does nothing, for the command's id is the notice's.
struct NoticeTeller: Service {
    let name = "notice-proofs"
    let notices: NoticeStore
    let store: CaseStore
    let log: Logger

    private static let batch = 16
    private static let pause = Duration.milliseconds(100)
    /// When nothing moves.
    private static let longPause = Duration.seconds(1)

    func run() async throws {
        var last: (caseID: Int64, version: Int) = (0, 0)
        var backoff = Backoff()
        while !Task.isCancelled {
            do {
                let delivered = try await notices.untold(Self.batch, after: last)
                let told = delivered.isEmpty ? 0 : try await tell(delivered)
                // Round and round, so that none that must wait stands before the others for long.
                last = delivered.count < Self.batch ? (0, 0) : delivered.last.map { ($0.caseID, $0.version) } ?? (0, 0)
                backoff.reset()
                if told == 0 { await sleep(for: delivered.isEmpty ? Self.pause : Self.longPause) }
            } catch {
                log.warning("proofs wait", ["reason": "\(error)"])
                await sleep(for: backoff.next())
            }
        }
    }

    /// - Returns: how many cases know now.
    private func tell(_ delivered: [NoticeStore.Delivered]) async throws -> Int {
        let book = try await store.rulebook().notices
        var told = 0
        for one in delivered where !Task.isCancelled {
            do {
                try await tell(one, book[one.kind]?.tells ?? [])
                told += 1
            } catch let error where error.isDataFault {
                try await store.park(
                    Parked(
                        service: NoticeStore.service, caseID: one.caseID,
                        reason: error.sqlState.map { "sqlstate_\($0)" } ?? "unreadable",
                        detail: "it cannot be told of a notice that was delivered"))
            } catch {
                // An organisation's wish of before waits, say. The others need not wait for that.
                log.info("a case waits to be told", ["case": one.caseID, "reason": "\(error)"])
            }
        }
        return told
    }

    private func tell(_ delivered: NoticeStore.Delivered, _ tells: [Informed.What]) async throws {
        let commands = tells.map { what in
            CaseStore.Addressed(
                caseID: delivered.caseID,
                command: Command(
                    id: "notice:\(delivered.version):\(what.rawValue)", seen: .round(delivered.round),
                    by: .service(NoticeStore.service),
                    order: .inform(
                        Informed(organisation: "centre", what: what, means: delivered.means, reached: true))),
                given: delivered.at)
        }
        // A refusal is an answer too: the round that the message belonged to is over, and its clocks with it.
        _ = try await store.perform(commands) { _ in [NoticeStore.told(delivered)] }
    }
}
