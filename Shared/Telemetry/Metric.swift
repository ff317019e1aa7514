/// Declares one metric: what it is called, counts and is labelled with. `Metric+Suite.swift` declares the suite's.
package struct Metric: Sendable {
    enum Kind: Sendable, Equatable {
        case counter, gauge
        /// Upper bounds in seconds, rising; the bucket without bound is added when printed.
        case histogram([Double])
    }

    let name: String
    let kind: Kind
    let labels: [String]
    let help: String
    /// Label sets beyond this many are dropped and counted in `jiesu_metrics_dropped_total`: a label that turns out
    /// not to come from a small closed set must cost neither memory nor the monitoring server.
    let mostLabelSets: Int

    private init(_ name: String, _ kind: Kind, _ labels: [String], _ help: String, _ mostLabelSets: Int) {
        self.name = name
        self.kind = kind
        self.labels = labels
        self.help = help
        self.mostLabelSets = mostLabelSets
    }

    /// What happened, as a number that only grows. Prometheus expects the name to end in `_total`.
    package static func counter(
        _ name: String, labels: [String] = [], mostLabelSets: Int = 500, help: String
    ) -> Metric {
        Metric(name, .counter, labels, help, mostLabelSets)
    }

    /// How much there is now.
    package static func gauge(_ name: String, labels: [String] = [], mostLabelSets: Int = 500, help: String) -> Metric {
        Metric(name, .gauge, labels, help, mostLabelSets)
    }

    /// How long things took, in seconds.
    /// - Parameter buckets: upper bounds in rising order, default 1 ms to 10 s.
    package static func histogram(
        _ name: String, labels: [String] = [], buckets: [Double] = Metric.seconds, mostLabelSets: Int = 500,
        help: String
    ) -> Metric {
        Metric(name, .histogram(buckets), labels, help, mostLabelSets)
    }

    /// Bounds around what the suite promises: an answer within milliseconds, the whole pipeline within a second.
    package static let seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
}
