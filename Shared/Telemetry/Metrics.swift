import Foundation
import Synchronization

/// The metrics of one process: made in `main`, passed on, read by `/metrics`. Thread-safe.
///
/// Looking one up costs a lock and a dictionary; whoever counts in a tight loop keeps what it was given. Label values
/// come from small closed sets (routes, topics, services), never from outside.
///
///     let batches = metrics.histogram(.handlerSeconds, "routing", "done")
///     batches.observe(started.duration(to: .now))
package final class Metrics: Sendable {
    enum Series: Sendable {
        case counter(Counter)
        case gauge(Gauge)
        case histogram(Histogram)
    }

    struct Family: Sendable {
        let metric: Metric
        var series: [[String]: Series] = [:]
    }

    private let families = Mutex<[String: Family]>([:])
    private let process = ProcessMetrics()

    /// An empty registry; the start of the process is taken to be now.
    package init() {}

    /// The counter with these label values, in the order of the metric's labels; 0 at first.
    package func counter(_ metric: Metric, _ labelValues: String...) -> Counter {
        if case .counter(let counter) = series(metric, labelValues) { return counter }
        return Counter()
    }

    /// The gauge with these label values, in the order of the metric's labels; 0 at first.
    package func gauge(_ metric: Metric, _ labelValues: String...) -> Gauge {
        if case .gauge(let gauge) = series(metric, labelValues) { return gauge }
        return Gauge()
    }

    /// The histogram with these label values, in the order of the metric's labels; empty at first.
    package func histogram(_ metric: Metric, _ labelValues: String...) -> Histogram {
        if case .histogram(let histogram) = series(metric, labelValues) { return histogram }
        return Histogram(bounds: [])
    }

    /// Makes `values` all that the gauge shows: label sets that are not in it vanish, as a partition does that was
    /// handed over, or a count that can no longer be read. Gauges got before for this metric are shown no more.
    package func replace(_ metric: Metric, with values: [[String]: Double]) {
        let dropped = families.withLock { families in
            var family = Family(metric: metric)
            for (labelValues, value) in values where family.series.count < metric.mostLabelSets {
                guard metric.kind == .gauge, fits(metric, labelValues) else { continue }
                let gauge = Gauge()
                gauge.set(value)
                family.series[labelValues] = .gauge(gauge)
            }
            families[metric.name] = family
            return values.count - family.series.count
        }
        if dropped > 0 { counter(.dropped, metric.name).add(dropped) }
    }

    /// Everything in Prometheus' text format 0.0.4, sorted, the process's own figures last. Reads a few files of
    /// `/proc`.
    package var text: String {
        var text = ""
        let families = families.withLock { $0 }
        for family in families.values.sorted(by: { $0.metric.name < $1.metric.name }) where !family.series.isEmpty {
            Exposition.write(family, to: &text)
        }
        process.write(to: &text)
        return text
    }

    /// What `Content-Type` to send `text` with.
    package static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    /// `nil` if the label sets are used up or the program contradicts itself; the caller then gives out a series that
    /// works and is shown nowhere, since a figure is no reason to end a service.
    private func series(_ metric: Metric, _ labelValues: [String]) -> Series? {
        let found: Series? = families.withLock { families in
            if let found = families[metric.name]?.series[labelValues] { return found }
            var family = families[metric.name] ?? Family(metric: metric)
            guard family.series.count < metric.mostLabelSets, fits(family.metric, labelValues),
                family.metric.kind == metric.kind
            else { return nil }
            let new: Series =
                switch metric.kind {
                case .counter: .counter(Counter())
                case .gauge: .gauge(Gauge())
                case .histogram(let bounds): .histogram(Histogram(bounds: bounds))
                }
            family.series[labelValues] = new
            families[metric.name] = family
            return new
        }
        if found == nil, metric.name != Metric.dropped.name { counter(.dropped, metric.name).add() }
        return found
    }

    private func fits(_ metric: Metric, _ labelValues: [String]) -> Bool {
        metric.labels.count == labelValues.count
    }
}
