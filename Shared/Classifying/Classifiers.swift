import Casework
import Policies
import Synchronization

/// Classifiers of one rulebook, made when first needed and kept while it holds.
package final class Classifiers: Sendable {
    private struct Bench {
        var number: Int64 = 0
        var made: [Policy.Version: Classifier] = [:]
    }

    private let bench = Mutex(Bench())

    package init() {}

    /// - Parameter number: of the rulebook that `profile` and `directory` come from.
    /// - Returns: `nil` for a profile that joins others and has no words.
    package func classifier(of profile: Profile, in directory: Directory, book number: Int64) -> Classifier? {
        guard let classification = profile.classification else { return nil }
        return bench.withLock { bench in
            if bench.number != number { bench = Bench(number: number) }
            if let made = bench.made[profile.policy.version] { return made }
            let classifier = Classifier(classification, directory: directory)
            bench.made[profile.policy.version] = classifier
            return classifier
        }
    }
}
