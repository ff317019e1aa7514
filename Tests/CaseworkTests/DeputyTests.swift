import Casework
import Testing
import WorkingTime

/// Who approves in whose place, and that nobody grants what they asked for.
struct DeputyTests {
    private static let deputy = Actor.account(8, organisation: "env-city", roles: ["officer"])
    private static let leader = Command.Absent(account: 2, roles: ["leader"])
    private static let grant = Order.grantExtension(due: nil, means: "phone")

    private static func ask(_ life: Life) -> Order {
        .askExtension(
            ExtensionAsked(
                organisation: "env-city", profile: "life", clock: "close",
                due: Moment(iso8601: "2026-03-16T23:59:59+08:00")!.microseconds, reason: "complex"))
    }

    private static func asked(by actor: Actor) throws -> Life {
        var life = try Life.signed()
        try life.give(ask(life), by: actor)
        return life
    }

    @Test func aDeputyApprovesAndTheRecordNamesBoth() throws {
        var life = try Self.asked(by: Life.officer)
        #expect(life.refusal(of: Self.grant, by: Self.deputy) == .notAllowed("grant_extension"))
        life.absent = [Self.leader]
        try life.give(Self.grant, by: Self.deputy)
        let last = try #require(life.log.last)
        guard case .extensionGranted(let granted) = last.event else { throw Refusal.unknownCase }
        #expect(last.by == Self.deputy && granted.absent == 2 && granted.approver == "leader")
        #expect(last.event.payload.contains(#""absent":2"#))
    }

    @Test func whoMayByRightDoesItInNobodysPlace() throws {
        var life = try Self.asked(by: Life.officer)
        life.absent = [Command.Absent(account: 77, roles: ["leader"])]
        try life.give(Self.grant, by: Life.leader)
        guard case .extensionGranted(let granted)? = life.log.last?.event else { throw Refusal.unknownCase }
        #expect(granted.absent == nil)
    }

    @Test func aDeputyDoesNothingElseInThatPlaceAndNothingElsewhere() throws {
        var life = try Life.signed()
        life.absent = [Command.Absent(account: 2, roles: ["leader", "officer", "dispatcher", "supervisor"])]
        let clerk = Actor.account(8, organisation: "env-city", roles: ["clerk"])
        #expect(life.refusal(of: Life.answer, by: clerk) == .notAllowed("reply"))
        try life.give(Self.ask(life), by: Life.officer)
        let elsewhere = Actor.account(8, organisation: "works-city", roles: ["officer"])
        #expect(life.refusal(of: Self.grant, by: elsewhere) == .notAllowed("grant_extension"))
        life.absent = [Command.Absent(account: 2, roles: ["officer"])]
        #expect(life.refusal(of: Self.grant, by: Self.deputy) == .notAllowed("grant_extension"))
    }

    @Test func nobodyGrantsWhatTheyAskedForNorDoesTheirDeputyInTheirPlace() throws {
        let both = Actor.account(2, organisation: "env-city", roles: ["officer", "leader"])
        var life = try Self.asked(by: both)
        #expect(life.file.course.asked?.account == 2)
        #expect(life.refusal(of: Self.grant, by: both) == .ownRequest)
        life.absent = [Self.leader]
        #expect(life.refusal(of: Self.grant, by: Self.deputy) == .ownRequest)
        // In the place of another approver the same deputy may; the first one may still take the wish back by refusing it.
        life.absent = [Self.leader, Command.Absent(account: 12, roles: ["leader"])]
        var other = life
        try other.give(Self.grant, by: Self.deputy)
        guard case .extensionGranted(let granted)? = other.log.last?.event else { throw Refusal.unknownCase }
        #expect(granted.absent == 12)
        #expect(try life.give(.refuseExtension(reason: "no_need"), by: both) == [.extensionRefused])
    }

    @Test func aDeputyWhoAskedDoesNotGrantInAnothersPlace() throws {
        var life = try Self.asked(by: Self.deputy)
        life.absent = [Self.leader]
        #expect(life.refusal(of: Self.grant, by: Self.deputy) == .ownRequest)
    }

    @Test func whatAnOrderSaysOfItsAuthorDoesNotCount() throws {
        var life = try Life.signed()
        let order = try Order(
            kind: .askExtension,
            payload: #"{"profile":"life","clock":"close","due":1773676799000000,"reason":"complex","account":999}"#,
            organisation: "env-city")
        try life.give(order, by: Life.officer)
        #expect(life.file.course.asked?.account == 1)
        let closing = try Order(
            kind: .close, payload: #"{"rule":"unreasonable","note":1,"absent":999}"#, organisation: "env-city")
        let call = Contacted(organisation: "env-city", means: "phone", reached: true)
        try life.give(.contact(call), by: Life.officer)
        try life.give(closing, by: Life.leader)
        guard case .closed(let closed)? = life.log.last?.event else { throw Refusal.unknownCase }
        #expect(closed.absent == nil)
    }

    @Test func aRequestFromBeforeThatNamesNobodyMayBeGranted() throws {
        let old = #"{"clock":"close","due":5,"organisation":"a","profile":"test","reason":"complex"}"#
        guard case .extensionAsked(let asked) = try Event(kind: .extensionAsked, payload: old) else {
            throw Refusal.unknownCase
        }
        #expect(asked.account == nil && Event.extensionAsked(asked).payload == old)
    }
}
