import CaseStore
import Configuration
import Foundation
import HTTP
import Lifecycle
import Synchronization
import Telemetry

/// POSTs to organisations what goes to their inbox, and the daily digests: CloudEvents as one JSON text, signed as the Standard Webhooks
/// say. In the order of each case's events; again and again while it is not taken, and at last given up, until a person sees to it.
///
/// A message may go out twice, if this process dies between sending it and writing that down; then both have the same `webhook-id`. None is
/// lost: what waits is a row. A receiver that is slow or away holds up nobody else.
struct WebhookSender: Service {
    let name = "webhooks"
    let webhooks: WebhookStore
    /// Through which everything goes, https too; `nil`: directly, and then http alone.
    let proxy: ListenAddress?
    let metrics: Metrics
    let log: Logger
    /// From connecting to the last byte of the answer.
    var timeout = Duration.seconds(10)
    /// How long what is taken stays with us; longer than the time-out.
    var lease = Duration.seconds(60)

    /// After the first failure, the second … [D], as senders of webhooks do: somebody who mends it the next day loses nothing.
    static let retries: [Duration] = [5, 300, 1800, 7200, 18_000, 36_000, 36_000].map { .seconds($0) }
    /// Organisations that are sent to at the same time, and messages to one of them; each on its way has a thread.
    private static let organisations = 16
    private static let batch = 8
    /// Bytes of an answer: only its status is read.
    private static let longestAnswer = 64 << 10
    /// Between two looks at an index that is mostly empty.
    private static let pause = Duration.milliseconds(100)
    private static let gaugesEvery = Duration.seconds(5)

    /// Organisations that are being sent to.
    private final class Busy: Sendable {
        private let codes = Mutex<Set<String>>([])
        var all: Set<String> { codes.withLock { $0 } }
        func begin(_ code: String) { codes.withLock { _ = $0.insert(code) } }
        func end(_ code: String) { codes.withLock { _ = $0.remove(code) } }
    }

    func run() async throws {
        let busy = Busy()
        await withDiscardingTaskGroup { group in
            var nextGauges = ContinuousClock.now
            var backoff = Backoff()
            while !Task.isCancelled {
                do {
                    let sentTo = busy.all
                    for code in try await webhooks.due(except: sentTo, most: Self.organisations - sentTo.count) {
                        busy.begin(code)
                        group.addTask {
                            // Not cancelled with us: what was sent must be written down.
                            await Task { await deliver(to: code) }.value
                            busy.end(code)
                        }
                    }
                    if ContinuousClock.now >= nextGauges {
                        let (waiting, dead) = try await webhooks.counts()
                        metrics.replace(.webhookRows, with: [["waiting"]: waiting, ["dead"]: dead])
                        nextGauges = .now + Self.gaugesEvery
                    }
                    backoff.reset()
                    await sleep(for: Self.pause)
                } catch {
                    log.warning("webhooks wait", ["reason": "\(error)"])
                    metrics.replace(.webhookRows, with: [:])
                    await sleep(for: backoff.next())
                }
            }
        }
    }

    /// What is due for one organisation, a batch at most.
    private func deliver(to organisation: String) async {
        do {
            guard let work = try await webhooks.claim(of: organisation, most: Self.batch, lease: lease) else { return }
            let now = Int64(Date().timeIntervalSince1970)
            let bodies = work.claims.map(\.event.structured)
            let contents = zip(work.claims, bodies).map { "\($0.event.id).\(now).\($1)" }
            let signatures = try await webhooks.signatures(of: organisation, contents)
            guard signatures.count == bodies.count else { return }
            await withDiscardingTaskGroup { group in
                for (index, claim) in work.claims.enumerated() {
                    let headers: Headers = [
                        "Content-Type": "application/cloudevents+json; charset=utf-8", "webhook-id": claim.event.id,
                        "webhook-timestamp": "\(now)", "webhook-signature": signatures[index],
                    ]
                    let body = Array(bodies[index].utf8)
                    group.addTask {
                        do {
                            try await send(claim, to: work.url, headers, body)
                        } catch {
                            // It comes again when its lease is over, whatever became of it.
                            log.warning("a webhook waits", ["organisation": organisation, "reason": "\(error)"])
                        }
                    }
                }
            }
        } catch {
            log.warning("webhooks wait", ["organisation": organisation, "reason": "\(error)"])
        }
    }

    private func send(
        _ claim: WebhookStore.Claim, to url: String, _ headers: Headers, _ body: [UInt8]
    ) async throws {
        guard let error = await post(to: url, headers, body) else { return try await webhooks.taken(claim) }
        let pause = Self.retries.indices.contains(claim.attempts - 1) ? Self.retries[claim.attempts - 1] : nil
        try await webhooks.failed(claim, error: error, retryIn: pause)
        if pause == nil {
            log.error(
                "a webhook is given up",
                ["organisation": claim.organisation, "case": claim.event.caseID, "reason": error])
        }
    }

    /// - Returns: why it was not taken, in a code's words, without a word of the answer's; `nil`: it was. A redirection is followed
    ///   nowhere: who sets the address says where it goes.
    private func post(to url: String, _ headers: Headers, _ body: [UInt8]) async -> String? {
        guard let address = HTTPAddress(url, allowsHTTPS: true) else { return "no address" }
        guard proxy != nil || !address.isSecure else { return "https wants a proxy" }
        // One connection a message: nothing that an earlier answer left behind can be taken for this one's.
        let client = Client(
            host: proxy?.host ?? address.host, port: proxy?.port ?? address.port, timeout: timeout,
            longestAnswer: Self.longestAnswer, authority: address.authority)
        let target = proxy == nil ? address.path : address.absolute
        do throws(HTTPError) {
            let answer = try await client.send("POST", target, headers: headers, body: body)
            return (200..<300).contains(answer.status) ? nil : "status \(answer.status)"
        } catch {
            return error.code.rawValue
        }
    }
}
