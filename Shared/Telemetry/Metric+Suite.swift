/// The suite's metrics. Dashboards and alerts rely on names and labels: add, never rename.
extension Metric {
    /// From the watermarks that the consumer last saw; replaced as a whole, so that partitions handed over vanish.
    package static let consumerLag = gauge(
        "jiesu_consumer_lag", labels: ["topic", "partition"],
        help: "Messages that wait on the partitions this process owns.")

    /// `state` is `waiting` or `set_aside` (its topic refuses).
    package static let outboxRows = gauge(
        "jiesu_outbox_rows", labels: ["state"], help: "Messages that wait in the outbox to be published.")

    /// Since it was queued, by the server's clock. Without those set aside, which have their own alert and would hide
    /// that the relay stands still.
    package static let outboxOldestSeconds = gauge(
        "jiesu_outbox_oldest_seconds", help: "Age of the oldest message in the outbox that is not set aside.")

    package static let clockOffsetSeconds = gauge(
        "jiesu_clock_offset_seconds", help: "How far this machine's clock is ahead of the database's.")

    package static let relayed = counter("jiesu_relayed_total", help: "Messages that the broker acknowledged.")

    package static let owedRows = gauge(
        "jiesu_owed_rows", labels: ["service"], help: "Cases that a service still has to handle, by its sweep.")

    package static let parkedRows = gauge(
        "jiesu_parked_rows", labels: ["service"], help: "Messages that could not be handled and wait for a person.")

    /// Like the next one not there where PostgreSQL archives nothing. Those who hang neither fail nor archive, hence two.
    package static let archiveFailing = gauge(
        "jiesu_archive_failing", help: "1 if PostgreSQL failed to archive its log since it last archived some, else 0.")

    package static let archiveAgeSeconds = gauge(
        "jiesu_archive_age_seconds", help: "Time since PostgreSQL last archived some of its log.")

    /// Between the moment when a step of a clock was due and its firing.
    package static let clockLatenessSeconds = histogram(
        "jiesu_clock_lateness_seconds", help: "How late steps of clocks were fired.")

    package static let clocksFired = counter(
        "jiesu_clocks_fired_total", help: "Targets, warnings, limits and escalation steps that were fired.")

    package static let commandsWaiting = gauge(
        "jiesu_commands_waiting", help: "Commands of organisations that are not decided yet.")

    package static let noticesWaiting = gauge(
        "jiesu_notices_waiting", help: "Messages to complainants that wait to be sent or to be reported as delivered.")

    package static let noticesFailed = gauge(
        "jiesu_notices_failed", help: "Messages to complainants that did not come and wait for a person.")

    /// `state` is `waiting` or `dead` (tried for the last time).
    package static let webhookRows = gauge(
        "jiesu_webhook_rows", labels: ["state"],
        help: "Messages that wait to be POSTed to organisations, or were given up.")

    /// `handler` is a word of the program, `outcome` is `done` or `parked`. Only the try that succeeded.
    package static let handlerSeconds = histogram(
        "jiesu_handler_seconds", labels: ["handler", "outcome"], help: "Time to handle one batch.")

    /// Use `Metrics.observeRequest`, which keeps the labels within their sets.
    static let httpRequestSeconds = histogram(
        "jiesu_http_request_seconds", labels: ["route", "method", "status"],
        help: "Time from the first byte of a request to its answer.")

    static let dropped = counter(
        "jiesu_metrics_dropped_total", labels: ["metric"],
        help: "Looked up label sets beyond the bound of their metric, whose values are not shown.")
}

extension Metrics {
    /// Measures one answered request.
    /// - Parameters:
    ///   - route: the pattern that matched, never the path, which holds case numbers; `nil` if none did
    ///   - method: any text; unusual ones count as `other`
    ///   - status: `404` counts as `4xx`; numbers outside 100…599 as `other`
    package func observeRequest(route: String?, method: String, status: Int, seconds: Double) {
        let method = Self.methods.contains(method) ? method : "other"
        let status = (100...599).contains(status) ? Self.statusClasses[status / 100 - 1] : "other"
        histogram(.httpRequestSeconds, route ?? "none", method, status).observe(seconds: seconds)
    }

    private static let methods: Set<String> = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
    private static let statusClasses = ["1xx", "2xx", "3xx", "4xx", "5xx"]
}
