import Telemetry

/// What only a fault of ours, or a hand in the tables, can bring about.
package enum StoreError: SafeToLog, Sendable, Equatable {
    /// A stored row cannot be read; names table and key.
    case unreadable(String)
    /// The policy that a case is pinned to is not in the table `policy`.
    case policyMissing(String)
    /// The policy that a case is pinned to cannot be read by this program; names the version and the first mistake.
    case policyUnreadable(String, String)
    /// A policy version was put before with other content; the file needs a higher version.
    case policyChanged(String)
}

extension StoreError {
    /// Safe to log: tables, keys and versions only.
    package var description: String {
        switch self {
        case .unreadable(let what): "\(what) cannot be read; it was written by hand or by a newer program"
        case .policyMissing(let version): "the policy \(version), which a case is pinned to, is not in the database"
        case .policyUnreadable(let version, let mistake):
            "the policy \(version), which a case is pinned to, needs a newer program than this one: \(mistake)"
        case .policyChanged(let version): "the policy \(version) was put before with other content; raise its version"
        }
    }
}
