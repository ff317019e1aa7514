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
        let at: Moment
        let told: [Destination]
    }

    /// A command of a case.
    struct DoneKey: Hashable {
        let caseID: Int64
        let command: String
    }

    private(set) var files: [Int64: Case]
    private(set) var pending: [Pending] = []
    /// The cases as they were locked.
    let before: [Int64: Case]
    /// Hash of the last event of each case that was there already.
    let heads: [Int64: [UInt8]]
    /// When the last event of each case happened.
    private(set) var changedAt: [Int64: Moment]
    /// What was done in this batch by each command of a case.
    private var done: [DoneKey: [Event]] = [:]
    let rules: Rulebook
    /// Legal time, read once after the locks.
    let now: Moment

    init(_ rows: [CaseRow] = [], rules: Rulebook, now: Moment) {
        files = Dictionary(uniqueKeysWithValues: rows.map { ($0.file.id, $0.file) })
        before = files
        heads = Dictionary(uniqueKeysWithValues: rows.map { ($0.file.id, $0.head) })
        changedAt = Dictionary(uniqueKeysWithValues: rows.map { ($0.file.id, $0.changedAt) })
        self.rules = rules
        self.now = now
    }

    /// What the caller knows beyond the case.
    struct Knowledge {
        /// What the same command did before, from `case_event`.
        var done: [Event] = []
        var earlierExists: Bool?
        /// When the oldest command that waits for the case was given.
        var waiting: Moment?
    }

    /// Decides `command` and takes its events in. A refusal changes nothing.
    /// - Parameters:
    ///   - given: when the command was given; `nil`: now. A case's events never run backwards: one that was given before the
    ///     last of them happened counts from then.
    ///   - policy: the policy of a registration; for a case that exists its own pinned ones are used.
    @discardableResult
    mutating func decide(
        _ command: Command, on id: Int64, given: Moment? = nil, policy: Policy? = nil, knowing: Knowledge = Knowledge()
    ) throws -> Decision {
        let file = files[id]
        guard file != nil || policy != nil else { throw Refusal.unknownCase }
        let policies = try file.map(rules.policies) ?? [policy].compactMap { $0 }
        // The same command may stand in one batch twice, as a double click does.
        let done = knowing.done + (done[DoneKey(caseID: id, command: command.id)] ?? [])
        var facts = rules.facts
        (facts.done, facts.earlierExists, facts.waiting) = (done, knowing.earlierExists, knowing.waiting)
        let at = max(given ?? now, changedAt[id] ?? given ?? now)
        let decision = try Casework.decide(command, on: file, under: policies, facts: facts, now: at)
        if case .happens(let events) = decision {
            for event in events {
                append(event, to: id, by: command, policy: policies.first?.version, at: at)
            }
        }
        return decision
    }

    /// When the first step of one of the case's clocks was due that was due before now and was not fired.
    func due(_ id: Int64) throws -> Moment? {
        guard let file = files[id] else { return nil }
        return clocks(of: file, under: try rules.policies(of: file), on: rules.calendar)
            .compactMap(\.next).filter { $0 < now }.min()
    }

    /// Fires what is due, in the watcher's name.
    /// - Parameter moment: only what was due before it, and as of then, since a command was given at it: what fires before a command
    ///   must not happen after it, or the command would be too late. `nil`: no command waits.
    /// - Returns: what happened.
    @discardableResult
    mutating func fire(on id: Int64, before moment: Moment? = nil) throws -> [Event] {
        guard let file = files[id] else { return [] }
        let command = Command(service: CaseStore.watcher, seen: file, order: .fire)
        let decision = try decide(
            command, on: id, given: moment.map { min($0, now) }, knowing: Knowledge(waiting: moment))
        guard case .happens(let events) = decision else { return [] }
        return events
    }

    /// The cases that were changed, as they stand after all events, in order of id.
    var changed: [Case] {
        Set(pending.map(\.caseID)).sorted().compactMap { files[$0] }
    }

    /// A notice that the complainant is owed of what happened.
    struct OwedNotice {
        let caseID: Int64
        let version: Int
        let round: Int
        let kind: String
    }

    /// What complainants are owed, at most one notice for each command; nothing where no gateway would send it.
    func owedNotices() throws -> [OwedNotice] {
        guard rules.sendsNotices else { return [] }
        var owed: [OwedNotice] = []
        var rest = pending[...]
        while let first = rest.first {
            // What one command did to a case stands together.
            let events = rest.prefix { $0.caseID == first.caseID && $0.command == first.command }
            rest = rest[events.endIndex...]
            guard let file = files[first.caseID] else { continue }
            let notice = try rules.notices.owed(for: events.map(\.event), of: file) { try endings(of: file) }
            guard let notice else { continue }
            let event = events[events.startIndex + notice.event]
            owed.append(
                OwedNotice(
                    caseID: first.caseID, version: event.version, round: event.round, kind: notice.kind.name))
        }
        return owed
    }

    /// What ends each clock of a case that runs.
    private func endings(of file: Case) throws -> [Set<String>] {
        let policies = try rules.policies(of: file)
        return clocks(of: file, under: policies, on: rules.calendar).map { clock in
            policies.first { $0.version.profile == clock.profile }?.clocks.first { $0.name == clock.rule }?.until ?? []
        }
    }

    private mutating func append(
        _ event: Event, to id: Int64, by command: Command, policy: Policy.Version?, at: Moment
    ) {
        let old = files[id]
        let after: Case
        if var file = old {
            file.apply(event, at: at)
            after = file
        } else if case .registered(let registered) = event {
            after = Case(id: id, registered: registered, at: at)
        } else {
            preconditionFailure("a case begins with its registration; decide made \(event.kind) first")
        }
        files[id] = after
        changedAt[id] = at
        done[DoneKey(caseID: id, command: command.id), default: []].append(event)
        pending.append(
            Pending(
                caseID: id, version: after.version, event: event, command: command.id, actor: command.author(of: event),
                round: after.round, policy: after.policies.first ?? policy ?? Policy.Version(profile: "", version: 0),
                at: at, told: Destination.all(of: event, before: old, after: after, in: rules.directory)))
    }
}
