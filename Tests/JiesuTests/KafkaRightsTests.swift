import Kafka
import Testing

@testable import Jiesu

/// What `jiesu topics` makes of an access list.
@Suite struct KafkaRightsTests {
    private let principals: Rights.Principals
    private let rights: Rights

    init() throws {
        principals = try Rights.Principals("User:CN={org},O=City")
        rights = Rights(
            holders: [
                .service("User:jiesu"), .organisation("city", principals), .organisation("city-urban", principals),
            ],
            ended: [.organisation("gone", principals)])
    }

    @Test func `an organisation may read its inbox and the digests, in groups that are no other's, and nothing else`() {
        let rules = rights.holders[1].rules
        #expect(
            rules == [
                AccessRule("User:CN=city,O=City", may: .read, .topic, "jiesu.inbox.city"),
                AccessRule("User:CN=city,O=City", may: .read, .topic, "jiesu.digests"),
                AccessRule("User:CN=city,O=City", may: .read, .group, "jiesu.inbox.city.", isPrefix: true),
            ])
        #expect(!"jiesu.inbox.city-urban.desk".hasPrefix(rules[2].name))
    }

    @Test func `what is missing is made, and then nothing`() {
        let first = rights.plan([])
        #expect(first.new.count == 3 + 3 + 3)
        #expect(first.old.isEmpty && first.others.isEmpty)
        #expect(first.lines.map { $0.split(separator: "\t").last } == ["made", "made", "made"])
        let again = rights.plan(Set(first.new))
        #expect(again.new.isEmpty)
        #expect(again.lines.map { $0.split(separator: "\t").last } == ["there", "there", "there"])
        let half = rights.plan(Set(first.new.dropLast()))
        #expect(half.new == Array(first.new.suffix(1)))
        #expect(
            half.lines.last == "User:CN=city-urban,O=City\treads jiesu.inbox.city-urban and jiesu.digests\tcompleted")
    }

    @Test func `what has ended is taken back, once`() {
        let plan = rights.plan(Set(rights.ended[0].rules))
        #expect(plan.old == rights.ended[0].rules)
        #expect(plan.lines.last == "User:CN=gone,O=City\treads jiesu.inbox.gone and jiesu.digests\ttaken back")
        #expect(rights.plan([]).lines.count == 3)
    }

    @Test func `what others may do is shown, as far as it is about the suite's topics and no denial`() {
        let others = [
            AccessRule("User:CN=city,O=City", may: .write, .topic, "jiesu.inbox.city"),
            AccessRule("User:*", may: .read, .topic, "*"),
            AccessRule("User:x", may: .read, .topic, "j", isPrefix: true),
            AccessRule("User:x", may: .init(rawValue: 2), .topic, "jiesu.cases", host: "10.0.0.1"),
        ]
        let unconcerned = [
            AccessRule("User:x", may: .read, .topic, "weather"), AccessRule("User:x", may: .read, .group, "jiesu.x"),
            AccessRule("User:y", may: .read, .topic, "jiesu.cases", isDenial: true),
        ]
        let plan = rights.plan(Set(others + unconcerned))
        #expect(
            plan.others == [
                "User:*\treads *\tother", "User:CN=city,O=City\twrites jiesu.inbox.city\tother",
                "User:x\tmay (operation 2) use jiesu.cases from 10.0.0.1\tother", "User:x\treads j*\tother",
            ])
        #expect(plan.old.isEmpty)
    }

    @Test(arguments: ["User:jiesu", "{org}", "User:*", "User:{org}\u{7}"])
    func `a form that is nobody's, or everybody's, is a slip`(form: String) {
        #expect(throws: Arguments.Mistake.self) { try Rights.Principals(form) }
    }
}
