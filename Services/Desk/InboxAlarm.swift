import CaseStore
import Casework
import Kafka
import Lifecycle
import Telemetry

/// Rings when a message arrives in the organisation's inbox. What it says is not read: it stands in the tables. Without a broker,
/// or without the right to read the topic, nobody rings, and what is new is found by looking now and then.
struct InboxAlarm: Service {
    let name = "inbox-alarm"
    let book: NewsBook
    let watch: BrokerWatch
    let bell: Bell
    /// Whose inbox it has to be; `nil`: of whomever the database login speaks for.
    var organisation: String?
    let log: Logger

    func run() async throws {
        var backoff = Backoff(first: .seconds(1), longest: .seconds(30))
        while !Task.isCancelled {
            guard let broker = watch.broker else {
                await sleep(for: .milliseconds(200))
                continue
            }
            do {
                try await listen(to: broker)
                backoff.reset()
            } catch {
                log.warning("inbox is not listened to", ["reason": "\(error)"])
                await sleep(for: backoff.next())
            }
        }
    }

    /// Returns when the broker is another.
    private func listen(to broker: Broker) async throws {
        guard let spokenFor = try await book.organisation() else { throw NoOrganisation() }
        guard organisation == nil || organisation == spokenFor else { throw OtherOrganisation(code: spokenFor) }
        let topic = Destination.inbox(spokenFor).topic
        let reader = try Reader(watch.settings(for: broker), topic: topic, from: .end, log: log)
        do {
            try await reader.open()
            log.info("inbox is listened to", ["topic": topic])
            // Something may have arrived before.
            bell.ring()
            while !Task.isCancelled, watch.broker == broker {
                if try await !reader.next(max: 500, within: .milliseconds(200)).isEmpty { bell.ring() }
            }
        } catch {
            await reader.close()
            throw error
        }
        await reader.close()
    }

    private struct OtherOrganisation: Error, CustomStringConvertible {
        let code: String
        var description: String { "the database login speaks for \(code), and JIESU_ORG names another" }
    }

    private struct NoOrganisation: Error, CustomStringConvertible {
        let description = "the database login speaks for no organisation; `jiesu organisation add` makes one that does"
    }
}
