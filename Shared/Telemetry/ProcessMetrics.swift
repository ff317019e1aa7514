import Foundation

/// What Prometheus calls the process metrics, under the names that its dashboards know, read when asked for.
struct ProcessMetrics: Sendable {
    private let started = Date.now
    private let clock = ContinuousClock.now

    /// Figures that the system does not give are left out.
    func write(to text: inout String) {
        figure("process_cpu_seconds_total", "counter", "Processor time used.", cpuSeconds, to: &text)
        figure("process_max_fds", "gauge", "Files that may be open.", mostFiles, to: &text)
        figure("process_open_fds", "gauge", "Files that are open.", openFiles, to: &text)
        figure("process_resident_memory_bytes", "gauge", "Memory resident.", residentBytes, to: &text)
        figure(
            "process_start_time_seconds", "gauge", "When the process started, in seconds since 1970.",
            started.timeIntervalSince1970, to: &text)
        figure(
            "process_uptime_seconds", "gauge", "How long the process has run, by a clock that nobody sets.",
            clock.duration(to: .now) / .seconds(1), to: &text)
    }

    private func figure(_ name: String, _ kind: String, _ help: String, _ value: Double?, to text: inout String) {
        guard let value else { return }
        Exposition.head(name, kind, help, to: &text)
        Exposition.sample(name, [], Exposition.number(value), to: &text)
    }

    /// The second field of `statm` counts resident pages.
    private var residentBytes: Double? {
        guard let statm = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8) else { return nil }
        let fields = statm.split(separator: " ")
        guard fields.count > 1, let pages = Double(fields[1]) else { return nil }
        return pages * Double(sysconf(Int32(_SC_PAGESIZE)))
    }

    private var openFiles: Double? {
        let files = try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")
        return files.map { Double($0.count - 1) }  // one of them was opened to read the list
    }

    private var mostFiles: Double? {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return nil }
        return limit.rlim_cur == .max ? .infinity : Double(limit.rlim_cur)
    }

    private var cpuSeconds: Double? {
        var time = timespec()
        guard clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time) == 0 else { return nil }
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
