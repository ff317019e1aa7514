/// What only a fault of ours, or a hand in the tables, can bring about.
package enum StoreError: Error, Sendable, Equatable {
    /// A stored row cannot be read; names table and key.
    case unreadable(String)
    /// The policy that a case is pinned to is not in the table `policy`.
    case policyMissing(String)
    /// A policy version was put before with other content; the file needs a higher version.
    case policyChanged(String)
}
