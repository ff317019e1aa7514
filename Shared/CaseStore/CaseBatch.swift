import Casework
import WorkingTime

/// Cases that are locked, and what is decided about them before it is written: the bookkeeping of one transaction,
/// without its I/O.
struct CaseBatch {
    /// An event that waits to be written.
    struct Pending {
        let caseID: Int64
        let version: Int
        let event: Event
        let command: String
        let actor: Actor
        let round: Int
        let policy: Policy.Version
        let told: [Destination]
    }

    private(set) var files: [Int64: Case]
    private(set) var pending: [Pending] = []
    let rules: Rulebook
    let now: Moment

    init(files: [Case] = [], rules: Rulebook, now: Moment) {
        self.files = Dictionary(uniqueKeysWithValues: files.map { ($0.id, $0) })
        self.rules = rules
        self.now = now
    }

    /// Decides `command` and takes its events in. A refusal changes nothing.
    /// - Parameters:
    ///   - done: what the same command did before, from `case_event`.
    ///   - policy: the policy of a registration; for a case that exists its own pinned one is used.
    @discardableResult
    mutating func decide(
        _ command: Command, on id: Int64, policy: Policy? = nil, done: [Event] = [], earlierExists: Bool? = nil
    ) throws -> Decision {
        let file = files[id]
        guard let pinned = file?.policies.first.flatMap({ rules.profiles[$0]?.policy }) ?? policy else {
            guard let missing = file?.policies.first else { throw Refusal.unknownCase }
            throw rules.missing(missing)
        }
        // The same command may stand in one batch twice, as a double click does.
        var done = done
        if let file, file.version > command.seen {
            done += pending.filter { $0.caseID == id && $0.command == command.id }.map(\.event)
        }
        let facts = Facts(done: done, earlierExists: earlierExists, directory: rules.directory)
        let decision = try Casework.decide(command, on: file, under: pinned, facts: facts, now: now)
        if case .happens(let events) = decision {
            for event in events { append(event, to: id, by: command, policy: pinned.version) }
        }
        return decision
    }

    /// The cases that were changed, as they stand after all events, in order of id.
    var changed: [Case] {
        Set(pending.map(\.caseID)).sorted().compactMap { files[$0] }
    }

    private mutating func append(_ event: Event, to id: Int64, by command: Command, policy: Policy.Version) {
        let after: Case
        if var file = files[id] {
            file.apply(event)
            after = file
        } else if case .registered(let registered) = event {
            after = Case(id: id, registered: registered)
        } else {
            preconditionFailure("a case begins with its registration; decide made \(event.kind) first")
        }
        files[id] = after
        pending.append(
            Pending(
                caseID: id, version: after.version, event: event, command: command.id, actor: command.by,
                round: after.round, policy: policy, told: Destination.all(of: event, on: after)))
    }
}
