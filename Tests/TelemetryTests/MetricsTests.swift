import Testing

@testable import Telemetry

struct MetricsTests {
    private let metrics = Metrics()
    private let sent = Metric.counter("sent_total", labels: ["topic"], mostLabelSets: 3, help: "Sent.")
    private let depth = Metric.gauge("depth", labels: ["topic", "partition"], mostLabelSets: 3, help: "Depth.")
    private let took = Metric.histogram("took_seconds", buckets: [0.1, 1], help: "Took.")

    /// The lines of `text` about one metric, without those about the process.
    private func lines(_ name: String) -> [String] {
        metrics.text.split(separator: "\n").map(String.init).filter { $0.contains(name) }
    }

    @Test func `a counter is printed with its help, type and labels`() {
        metrics.counter(sent, "a").add()
        metrics.counter(sent, "a").add(2)
        metrics.counter(sent, "b").add(-7)
        #expect(
            lines("sent_total") == [
                "# HELP sent_total Sent.", "# TYPE sent_total counter", "sent_total{topic=\"a\"} 3",
                "sent_total{topic=\"b\"} 0",
            ])
    }

    @Test func `a histogram counts up through its buckets`() {
        let histogram = metrics.histogram(took)
        for seconds in [0.05, 0.1, 0.5, 1.0, 7, -1] { histogram.observe(seconds: seconds) }
        histogram.observe(.milliseconds(250))
        for spoiled in [Double.nan, .infinity] { histogram.observe(seconds: spoiled) }
        #expect(
            lines("took_seconds") == [
                "# HELP took_seconds Took.", "# TYPE took_seconds histogram", "took_seconds_bucket{le=\"0.1\"} 3",
                "took_seconds_bucket{le=\"1\"} 6", "took_seconds_bucket{le=\"+Inf\"} 7", "took_seconds_sum 8.9",
                "took_seconds_count 7",
            ])
    }

    @Test(arguments: [
        (0.0, "0"), (-3, "-3"), (1e15, "1000000000000000"), (0.25, "0.25"), (1e300, "1e+300"), (.infinity, "+Inf"),
        (-.infinity, "-Inf"), (.nan, "NaN"),
    ])
    func `a gauge is printed as Prometheus spells numbers`(value: Double, text: String) {
        metrics.gauge(depth, "a", "0").set(value)
        #expect(lines("depth{") == ["depth{topic=\"a\",partition=\"0\"} \(text)"])
    }

    @Test func `quotes, backslashes and line feeds in labels and help are escaped`() {
        metrics.gauge(.gauge("odd", labels: ["l"], help: "a \\ b\nc \"d\""), "a \"b\" \\ c\nd").set(1)
        #expect(
            lines("odd") == [
                #"# HELP odd a \\ b\nc "d""#, "# TYPE odd gauge", #"odd{l="a \"b\" \\ c\nd"} 1"#,
            ])
    }

    @Test func `label sets beyond the bound are counted, not kept`() {
        for topic in 0..<1_000 { metrics.counter(sent, String(topic)).add() }
        #expect(lines("sent_total{").count == 3)
        #expect(lines("jiesu_metrics_dropped_total{") == ["jiesu_metrics_dropped_total{metric=\"sent_total\"} 997"])
        metrics.counter(sent, "0").add()
        #expect(metrics.counter(sent, "0").value == 2)
    }

    @Test func `a contradiction of the program is counted, not shown and not fatal`() {
        metrics.gauge(depth, "a").set(1)
        metrics.gauge(sent, "a").set(1)
        metrics.histogram(depth, "a", "0").observe(seconds: 1)
        metrics.replace(sent, with: [["a"]: 1])
        metrics.replace(depth, with: [["a"]: 1])
        #expect(
            metrics.text.split(separator: "\n").filter { $0.hasPrefix("depth") || $0.hasPrefix("sent") } == [])
        #expect(lines("jiesu_metrics_dropped_total{metric=").count == 2)
    }

    @Test func `what is replaced as a whole leaves nothing behind`() {
        metrics.gauge(depth, "a", "9").set(1)
        metrics.replace(depth, with: [["a", "0"]: 5, ["a", "1"]: 6])
        #expect(lines("depth{") == ["depth{topic=\"a\",partition=\"0\"} 5", "depth{topic=\"a\",partition=\"1\"} 6"])
        metrics.replace(depth, with: [["a", "1"]: 7])
        #expect(lines("depth{") == ["depth{topic=\"a\",partition=\"1\"} 7"])
        metrics.replace(depth, with: [:])
        #expect(lines("depth") == [])
        metrics.replace(depth, with: Dictionary(uniqueKeysWithValues: (0..<5).map { (["a", String($0)], 1) }))
        #expect(lines("depth{").count == 3)
        #expect(lines("jiesu_metrics_dropped_total{") == ["jiesu_metrics_dropped_total{metric=\"depth\"} 2"])
    }

    @Test func `no observation of many threads is lost`() async {
        await withTaskGroup { group in
            for _ in 0..<8 {
                group.addTask {
                    for _ in 0..<1_000 {
                        metrics.counter(sent, "a").add()
                        metrics.histogram(took).observe(seconds: 0.5)
                    }
                }
            }
        }
        #expect(metrics.counter(sent, "a").value == 8_000)
        #expect(metrics.histogram(took).now == .init(counts: [0, 8_000, 0], sum: 4_000))
    }

    @Test func `a request is labelled by its pattern and from small sets`() {
        metrics.observeRequest(route: "/cases/{number}", method: "GET", status: 404, seconds: 0.01)
        metrics.observeRequest(route: nil, method: "BREW", status: 999, seconds: 0.01)
        #expect(
            lines("jiesu_http_request_seconds_count") == [
                "jiesu_http_request_seconds_count{route=\"/cases/{number}\",method=\"GET\",status=\"4xx\"} 1",
                "jiesu_http_request_seconds_count{route=\"none\",method=\"other\",status=\"other\"} 1",
            ])
    }

    @Test func `the process says what it uses`() throws {
        func value(_ name: String) throws -> Double {
            let line = try #require(lines(name).first { $0.hasPrefix(name + " ") })
            return try #require(Double(line.dropFirst(name.count + 1)))
        }
        #expect(try value("process_resident_memory_bytes") > 1_000_000)
        #expect(try (3...100_000).contains(value("process_open_fds")))
        #expect(try value("process_max_fds") > 3)
        #expect(try value("process_start_time_seconds") > 1_700_000_000)
        #expect(try value("process_uptime_seconds") >= 0)
        #expect(try value("process_cpu_seconds_total") > 0)
    }

    @Test func `names and labels of the suite are what dashboards rely on`() {
        let declared: [Metric] = [
            .consumerLag, .outboxRows, .outboxOldestSeconds, .owedRows, .parkedRows, .handlerSeconds,
            .httpRequestSeconds, .dropped, .clockLatenessSeconds, .clocksFired, .commandsWaiting,
        ]
        #expect(
            declared.map { "\($0.name){\($0.labels.joined(separator: ","))}" } == [
                "jiesu_consumer_lag{topic,partition}", "jiesu_outbox_rows{state}", "jiesu_outbox_oldest_seconds{}",
                "jiesu_owed_rows{service}", "jiesu_parked_rows{service}", "jiesu_handler_seconds{handler,outcome}",
                "jiesu_http_request_seconds{route,method,status}", "jiesu_metrics_dropped_total{metric}",
                "jiesu_clock_lateness_seconds{}", "jiesu_clocks_fired_total{}", "jiesu_commands_waiting{}",
            ])
    }
}
