import Lifecycle
import Postgres
import Telemetry

/// Takes what was written into the index by which cases are found by words (`jiesu.index_texts`). Apart from intake, since a text costs
/// half a millisecond and more; until then a search reads it whole. And keeps those of open cases, for likely duplicates.
struct TextIndexing: Service {
    let name = "text indexing"
    let pool: Pool
    let log: Logger

    /// 50 texts a second are four million a day, ten times what the largest of these lines takes in, and a twentieth of one core.
    private static let batch: Int32 = 50
    /// Texts of open cases looked at each time, whether their case still is.
    private static let looks: Int32 = 500
    private static let pause = Duration.seconds(1)

    func run() async throws {
        var backoff = Backoff()
        var dropped: Int64?
        while !Task.isCancelled {
            do {
                let after = dropped ?? 0
                dropped = try await pool.withConnection { connection in
                    _ = try await connection.query("SELECT jiesu.index_texts(\(Self.batch))")
                    return try await connection.query("SELECT jiesu.drop_texts(\(after), \(Self.looks))").only().get(0)
                }
                backoff.reset()
                await sleep(for: Self.pause)
            } catch {
                log.warning("texts wait for their index", ["reason": "\(error)"])
                await sleep(for: backoff.next())
            }
        }
    }
}
