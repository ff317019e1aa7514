import Casework
import WorkingTime

/// A life of one case as a list of what happened, a day each; and a scheme with one limit of every sort.
struct Life {
    static let version = Policy.Version(profile: "life", version: 1)

    static let policy = Policy(
        version: version,
        clocks: [
            rule("close", limit: "7wd", unless: Condition(subject: ["health"]), again: true),
            rule("first", limit: "3wd", when: Condition(subject: ["environment"])),
            rule("at_once", limit: "now"),
            ClockRule(
                name: "wish", title: "目标", step: "close", source: "test", from: .registered, until: ["replied"],
                target: Limit("1wd")),
            ClockRule(
                name: "own", title: "个案", step: "close", source: "test", when: Condition(subject: ["health"]),
                from: .dispatched, until: ["replied"], isManual: true),
            ClockRule(
                name: "tell", title: "告知", step: "result_notice", source: "test", from: .concluded,
                until: ["informed:result"], limit: Limit("2cd")),
        ])

    private static func rule(
        _ name: String, limit: String, when: Condition = Condition(), unless: Condition? = nil, again: Bool = false
    ) -> ClockRule {
        ClockRule(
            name: name, title: name, step: "close", source: "test", when: when, unless: unless, from: .accepted,
            until: ["replied"], limit: Limit(limit), again: again)
    }

    static func day(_ number: Int) -> Moment { Moment(microseconds: Int64(number) * 86_400_000_000) }

    static let registered = Registered(channel: "phone_hotline", identity: .named, policies: [version])

    /// What an event must be called in a table of events.
    static let accepted = Event.accepted(Accepted(policies: [version]))
    static func classified(_ subject: String) -> Event {
        .classified(Finding(nature: "complaint", subject: subject, urgency: "ordinary"))
    }
    static func dispatched(_ lead: String) -> Event { .dispatched(Dispatched(lead: lead)) }
    static let replied = Event.replied(Replied(organisation: "a", to: .complainant, form: "oral", outcome: "explained"))
    static func rated(_ satisfaction: Satisfaction, resolved: Bool = true) -> Event {
        .rated(Rated(by: .agent, resolved: resolved, satisfaction: satisfaction))
    }
    static let closed = Event.closed(Closed(rule: "settled"))
    static func reopened(_ round: Int) -> Event { .reopened(Reopened(round: round, kind: "forward_again")) }
    static func missed(_ clock: String, profile: String = "life") -> Event {
        .missed(ClockFired(profile: profile, clock: clock, step: 1, due: 0))
    }
    static func supervised(_ order: Int) -> Event { .supervised(Supervised(order: order, trigger: "undone", due: 0)) }

    /// The facts of a case that is registered on day 0 and to which then one of these happens each day.
    static func facts(_ events: [Event]) -> [Fact] { tally(events).facts }

    static func tally(_ events: [Event]) -> Tally {
        var tally = start
        for (index, event) in events.enumerated() { tally.take(event, on: index + 1) }
        return tally
    }

    static var start: Tally { Tally(id: 1, registered: registered, at: day(0), under: { _ in [policy] }) }
}

extension Tally {
    mutating func take(_ event: Event, on day: Int) {
        apply(event, at: Life.day(day), under: { _ in [Life.policy] })
    }
}

extension Fact {
    /// `1* closed a telecom r0 a1 d2 p3 c5 limited late:life/close resolved satisfied supervised`: round, `*` the
    /// last one, state, lead, subject, days of registration, acceptance, dispatch, reply and closing, and what else is true.
    var text: String {
        func on(_ letter: String, _ moment: Moment?) -> String? {
            moment.map { "\(letter)\($0.microseconds / 86_400_000_000)" }
        }
        let parts: [String?] = [
            "\(round)\(isLatest ? "*" : "") \(state.rawValue) \(lead ?? "-") \(subject ?? "-")", on("r", registered),
            on("a", accepted), on("d", dispatched), on("p", replied), on("c", closed), isLimited ? "limited" : nil,
            missed.isEmpty ? nil : "late:" + missed.joined(separator: ","),
            resolved.map { $0 ? "resolved" : "unresolved" }, satisfaction?.rawValue, isSupervised ? "supervised" : nil,
        ]
        return parts.compactMap { $0 }.joined(separator: " ")
    }
}
