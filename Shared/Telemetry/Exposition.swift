/// Prometheus' text format 0.0.4.
enum Exposition {
    static func write(_ family: Metrics.Family, to text: inout String) {
        let metric = family.metric
        head(metric.name, metric.kind.word, metric.help, to: &text)
        let sorted = family.series.sorted { $0.key.lexicographicallyPrecedes($1.key) }
        for (values, series) in sorted {
            let labels = zip(metric.labels, values).map { "\($0)=\"\(escaped($1))\"" }
            switch series {
            case .counter(let counter): sample(metric.name, labels, String(counter.value), to: &text)
            case .gauge(let gauge): sample(metric.name, labels, number(gauge.value), to: &text)
            case .histogram(let histogram): write(histogram, metric.name, labels, to: &text)
            }
        }
    }

    static func head(_ name: String, _ kind: String, _ help: String, to text: inout String) {
        let help = help.replacing("\\", with: "\\\\").replacing("\n", with: "\\n")
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind)\n"
    }

    static func sample(_ name: String, _ labels: [String] = [], _ value: String, to text: inout String) {
        text += labels.isEmpty ? "\(name) \(value)\n" : "\(name){\(labels.joined(separator: ","))} \(value)\n"
    }

    private static func write(_ histogram: Histogram, _ name: String, _ labels: [String], to text: inout String) {
        let reading = histogram.now
        var total: UInt64 = 0
        for (bound, count) in zip(histogram.bounds + [.infinity], reading.counts) {
            total += count
            sample("\(name)_bucket", labels + ["le=\"\(number(bound))\""], String(total), to: &text)
        }
        sample("\(name)_sum", labels, number(reading.sum), to: &text)
        sample("\(name)_count", labels, String(total), to: &text)
    }

    /// The format's spelling: `+Inf`, `NaN`, and whole numbers without a fraction.
    static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value > 0 ? "+Inf" : "-Inf" }
        return Int64(exactly: value).map { String($0) } ?? value.description
    }

    private static func escaped(_ value: String) -> String {
        var out = ""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\\": out += "\\\\"
            case "\"": out += "\\\""
            case "\n": out += "\\n"
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out
    }
}

extension Metric.Kind {
    fileprivate var word: String {
        switch self {
        case .counter: "counter"
        case .gauge: "gauge"
        case .histogram: "histogram"
        }
    }
}
