import Telemetry

/// Why a set of services did not end as it should.
package enum LifecycleError: SafeToLog, Equatable {
    /// A service returned although nobody had asked it to stop.
    case endedEarly(String)
    /// The grace period is over and these still run, in order of start.
    case stillRunning([String])

    package var description: String {
        switch self {
        case .endedEarly(let name): "\(name) ended although nobody had asked it to"
        case .stillRunning(let names): "did not stop within the grace period: \(names.joined(separator: ", "))"
        }
    }
}
