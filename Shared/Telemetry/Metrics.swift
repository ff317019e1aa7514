import Foundation
import Synchronization

/// The metrics of one process, in Prometheus' text form. Passed on, not global.
///
/// Labels come from small closed sets that the program knows; names, numbers and anything typed are never a label.
package final class Metrics: Sendable {
    private let families = Mutex<[Family]>([])

    private struct Family {
        let name: String
        let help: String
        let type: String
        var series: [any Series]
    }

    package init() {}

    /// A value that goes up and down. Asking again for the same name and labels gives another one of the same family.
    package func gauge(_ name: StaticString, _ help: StaticString, labels: KeyValuePairs<StaticString, String> = [:])
        -> Gauge
    {
        let gauge = Gauge(labels: Self.text(labels))
        register(gauge, name, help, "gauge")
        return gauge
    }

    /// A count that only grows; its name ends in `_total`.
    package func counter(_ name: StaticString, _ help: StaticString, labels: KeyValuePairs<StaticString, String> = [:])
        -> Counter
    {
        let counter = Counter(labels: Self.text(labels))
        register(counter, name, help, "counter")
        return counter
    }

    /// Durations in seconds, in buckets from 1 ms to 10 s.
    package func histogram(
        _ name: StaticString, _ help: StaticString, labels: KeyValuePairs<StaticString, String> = [:]
    ) -> Histogram {
        let histogram = Histogram(labels: Self.text(labels))
        register(histogram, name, help, "histogram")
        return histogram
    }

    /// Everything, as `/metrics` answers it (text format 0.0.4).
    package var text: String {
        families.withLock { $0 }.map { family in
            "# HELP \(family.name) \(family.help)\n# TYPE \(family.name) \(family.type)\n"
                + family.series.map { $0.text(family.name) }.joined()
        }.joined()
    }

    private func register(_ series: any Series, _ name: StaticString, _ help: StaticString, _ type: String) {
        families.withLock { families in
            if let index = families.firstIndex(where: { $0.name == "\(name)" }) {
                families[index].series.append(series)
            } else {
                families.append(Family(name: "\(name)", help: "\(help)", type: type, series: [series]))
            }
        }
    }

    private static func text(_ labels: KeyValuePairs<StaticString, String>) -> String {
        labels.map { name, value in
            let escaped = value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
            return "\(name)=\"\(escaped)\""
        }.joined(separator: ",")
    }
}

private protocol Series: Sendable {
    func text(_ name: String) -> String
}

/// See `Metrics.gauge`.
package final class Gauge: Series {
    private let labels: String
    private let bits = Atomic<UInt64>(Double.zero.bitPattern)

    fileprivate init(labels: String) { self.labels = labels }

    package func set(_ value: Double) { bits.store(value.bitPattern, ordering: .relaxed) }
    package func set(_ value: Int) { set(Double(value)) }

    fileprivate func text(_ name: String) -> String {
        "\(name)\(labels.braced) \(Double(bitPattern: bits.load(ordering: .relaxed)).prometheus)\n"
    }
}

/// See `Metrics.counter`.
package final class Counter: Series {
    private let labels: String
    private let count = Atomic<Int>(0)

    fileprivate init(labels: String) { self.labels = labels }

    package func add(_ amount: Int = 1) { count.add(amount, ordering: .relaxed) }

    fileprivate func text(_ name: String) -> String { "\(name)\(labels.braced) \(count.load(ordering: .relaxed))\n" }
}

/// See `Metrics.histogram`.
package final class Histogram: Series {
    private static let bounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

    private struct State {
        var counts = [Int](repeating: 0, count: Histogram.bounds.count + 1)
        var sum = 0.0
    }

    private let labels: String
    private let state = Mutex(State())

    fileprivate init(labels: String) { self.labels = labels }

    package func observe(_ duration: Duration) {
        let seconds = Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18
        let bucket = Self.bounds.firstIndex { seconds <= $0 } ?? Self.bounds.count
        state.withLock { state in
            state.counts[bucket] += 1
            state.sum += seconds
        }
    }

    fileprivate func text(_ name: String) -> String {
        let state = state.withLock { $0 }
        var text = ""
        var total = 0
        for (bound, count) in zip(Self.bounds.map(\.prometheus) + ["+Inf"], state.counts) {
            total += count
            let all = [labels, "le=\"\(bound)\""].filter { !$0.isEmpty }.joined(separator: ",")
            text += "\(name)_bucket\(all.braced) \(total)\n"
        }
        return text + "\(name)_sum\(labels.braced) \(state.sum.prometheus)\n\(name)_count\(labels.braced) \(total)\n"
    }
}

extension String {
    fileprivate var braced: String { isEmpty ? "" : "{\(self)}" }
}

extension Double {
    fileprivate var prometheus: String {
        if isNaN { return "NaN" }
        if isInfinite { return self < 0 ? "-Inf" : "+Inf" }
        return self == rounded() && abs(self) < 1e15 ? String(Int64(self)) : String(self)
    }
}
