import CaseStore
import Casework
import Lifecycle
import Telemetry

/// Sends complainants what they are owed, and tries again what failed.
///
/// A message may go out twice, if this process dies between sending it and writing that down; then both have the same id. None is lost:
/// what waits is a row.
struct NoticeSender: Service {
    let name = "notices"
    let notices: NoticeStore
    let store: CaseStore
    let sms: (any GatewayService)?
    let mail: (any GatewayService)?
    let publicURL: String?
    /// Whether the gateway for short messages reports what was delivered.
    let reports: Bool
    let metrics: Metrics
    let log: Logger
    /// How long what is taken stays with us; longer than the slowest gateway's time-out.
    var lease = Duration.seconds(30)

    /// Messages on their way at the same time.
    private static let batch = 8
    /// Between two looks at an index that is mostly empty.
    private static let pause = Duration.milliseconds(100)
    private static let gaugesEvery = Duration.seconds(5)
    /// Bytes of what a gateway said that are kept.
    private static let longestProof = 300

    func run() async throws {
        var nextGauges = ContinuousClock.now
        var isAnnounced = false
        var backoff = Backoff()
        while !Task.isCancelled {
            do {
                if !isAnnounced { try await notices.announce(sends: hasGateway) }
                isAnnounced = true
                // Not cancelled with us: what was sent must be written down.
                let isMore = try await Task { try await round() }.value
                if ContinuousClock.now >= nextGauges {
                    try await gauge()
                    nextGauges = .now + Self.gaugesEvery
                }
                backoff.reset()
                if !isMore { await sleep(for: Self.pause) }
            } catch {
                log.warning("notices wait", ["reason": "\(error)"])
                for metric in [Metric.noticesWaiting, .noticesFailed] { metrics.replace(metric, with: [:]) }
                await sleep(for: backoff.next())
            }
        }
    }

    private var hasGateway: Bool { sms != nil || mail != nil }

    private func gauge() async throws {
        let (waiting, failed) = try await notices.counts()
        metrics.replace(.noticesWaiting, with: [[]: waiting])
        metrics.replace(.noticesFailed, with: [[]: failed])
    }

    /// Everything that is to be done now, a batch at most.
    /// - Returns: whether anything was sent, or tried.
    private func round() async throws -> Bool {
        let work = try await notices.work()
        if work.isExpired { try await notices.expire() }
        guard work.isDue, hasGateway else { return false }
        let claims = try await notices.claim(Self.batch, lease: lease)
        guard !claims.isEmpty else { return false }
        let rules = try await store.rulebook()
        let words = NoticeWords(rules: rules, publicURL: publicURL)
        await withTaskGroup(of: Void.self) { group in
            for claim in claims {
                group.addTask {
                    do {
                        try await send(claim, words, rules.notices)
                    } catch {
                        // It comes again when its lease is over, whatever became of it.
                        log.warning("a notice waits", ["case": claim.caseID, "reason": "\(error)"])
                    }
                }
            }
        }
        return true
    }

    private func send(_ claim: NoticeStore.Claim, _ words: NoticeWords, _ book: NoticeBook) async throws {
        guard let (title, text) = try words.words(of: claim) else {
            return try await notices.failed(claim, means: nil, error: "no words", retryIn: nil)
        }
        guard let (gateway, address, means) = way(to: claim.contact) else {
            return try await notices.failed(claim, means: nil, error: "no means", retryIn: nil)
        }
        let outcome = await gateway.send(
            Gateway.Message(
                id: claim.message, address: address, title: title, number: CaseNumber(id: claim.caseID).description,
                text: text))
        switch outcome {
        case .taken(let proof):
            let hours = reports && means == "sms" ? book.reportHours : nil
            try await notices.taken(claim, means: means, proof: Self.kept(proof, of: address), reportHours: hours)
        case .failed(let error):
            let tried = claim.attempts - 1
            let minutes = book.retryMinutes.indices.contains(tried) ? book.retryMinutes[tried] : nil
            try await notices.failed(claim, means: means, error: Self.kept(error, of: address), retryIn: minutes)
        }
    }

    /// A telephone first: a message is read sooner there.
    private func way(
        to contact: NoticeStore.Contact?
    ) -> (gateway: any GatewayService, address: String, means: String)? {
        if let sms, let phone = contact?.phone { return (sms, phone, "sms") }
        if let mail, let email = contact?.email { return (mail, email, "email") }
        return nil
    }

    /// What a gateway said, as far as it may be kept and shown: short, on one line, and without the complainant's number or address, which
    /// many repeat.
    static func kept(_ said: String, of address: String) -> String {
        var text = said.replacing(address, with: "…")
        let digits = address.filter(\.isNumber)
        // With or without the country's prefix, and however it is grouped here.
        if !address.contains("@"), digits.count >= 6 { text = text.replacing(digits.suffix(8), with: "…") }
        let scalars = text.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : String($0) }
        var kept = ""
        for scalar in scalars {
            guard kept.utf8.count + scalar.utf8.count <= longestProof else { break }
            kept += scalar
        }
        return kept
    }
}
