import Casework

/// Keeps what the public is shown: computed when somebody asks, at most once an interval, for all who ask.
actor PublicFigures {
    private let interval: Duration
    private let pause: Duration
    private let compute: @Sendable () async throws -> PublicReport
    private var kept: PublicReport?
    private var running: Task<PublicReport, any Error>?
    /// Before it nothing is computed again.
    private var next = ContinuousClock.now

    /// - Parameters:
    ///   - interval: for which figures are shown before they are computed again.
    ///   - pause: after a computation that failed, before the next one.
    init(
        interval: Duration, pause: Duration = .seconds(10), compute: @escaping @Sendable () async throws -> PublicReport
    ) {
        self.interval = interval
        self.pause = pause
        self.compute = compute
    }

    /// The figures; old ones while new ones are computed. Who comes first waits, together with all who come meanwhile.
    /// - Throws: what the computation did, if there are no figures yet.
    func report() async throws -> PublicReport {
        if running == nil, next <= .now {
            let compute = compute
            running = Task {
                do {
                    let report = try await compute()
                    done(report)
                    return report
                } catch {
                    done(nil)
                    throw error
                }
            }
        }
        if let kept { return kept }
        guard let running else { throw NotYet() }
        return try await running.value
    }

    private func done(_ report: PublicReport?) {
        kept = report ?? kept
        next = .now + (report == nil ? pause : interval)
        running = nil
    }

    /// The last computation failed a moment ago.
    struct NotYet: Error {}
}
