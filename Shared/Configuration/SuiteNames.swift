/// Which variables that begin with `JIESU_` are somebody else's.
enum SuiteNames {
    /// Programs whose settings begin with their name. All of them may be started from one environment.
    private static let programs = [
        "intake", "classification", "routing", "desk", "deadlines", "callback", "reporting", "test", "bench", "demo",
        "up",
    ]

    /// Read by some programs only, though they carry no program's name.
    private static let shared: Set<String> = [
        "JIESU_ORG", "JIESU_KAFKA_HOME", "JIESU_STOP_WITH_INPUT", "JIESU_PUBLIC_URL",
    ]

    /// True also for what Kubernetes sets for each of its services: `JIESU_DESK_SERVICE_HOST`,
    /// `JIESU_DESK_PORT=tcp://10.0.0.1:80` and more of the kind.
    /// - Parameter program: the executable's name, such as `jiesu-intake`.
    static func belongsElsewhere(_ name: String, value: String, than program: String) -> Bool {
        if shared.contains(name) || name.hasSuffix("_SERVICE_HOST") || name.contains("_SERVICE_PORT") { return true }
        if name.contains(/_PORT_\d+_(TCP|UDP)/) { return true }
        if name.hasSuffix("_PORT"), value.hasPrefix("tcp://") || value.hasPrefix("udp://") { return true }
        return programs.contains { "jiesu-\($0)" != program && name.hasPrefix("JIESU_\($0.uppercased())_") }
    }
}
