import CaseStore
import Casework
import JSON
import Support
import Testing
import WorkingTime

@testable import Jiesu

extension SystemTests {
    /// By a calendar on the wall: from Monday, 2 March 2026, 09:00, in a month without other days off.
    private static let wall: [String: Set<String>] = [
        "p000-06": ["p000-06/close by 2026-03-09"],
        "p003-11": ["p003-11/supervision:1 by 2026-03-13"],
        "p000-21": ["p000-21/ack_now by 2026-03-02", "p000-21/close by 2026-03-23"],
        "p002-05": ["p002-05/close_range by 2026-03-05", "p002-05/close_range by 2026-03-11"],
        // It sets no limit: it says whom to ask afterwards.
        "p002-04": [],
        "p003-16": ["p003-16/close_now by 2026-03-02"],
        // Who does not come is supervised, and reports in three working days.
        "p004-03": ["p004-03/arrive by 2026-03-02", "p004-03/supervision:1 by 2026-03-05"],
        "p004-08": ["p004-08/leader_step by 2026-03-02"],
    ]

    @Test(.timeLimit(.minutes(5)))
    func `under each shipped scheme what falls due is fired at its moment and once`() async throws {
        try await Self.suite(at: "2026-03-02T09:00:00+08:00") { suite in
            try await Citizens(port: try suite.port, clients: 1).send(Complaint.ofEachLine)
            let simulation = suite.simulation
            let begin = try await simulation.now()
            let end = try #require(Moment(iso8601: "2026-06-01T09:00:00+08:00"))
            try await simulation.settle()
            // Nobody does anything; the clock jumps to the very moment at which something is due.
            while let next = try await simulation.nextClock(), next < end {
                try await simulation.jump(to: next)
                try await simulation.settle()
            }
            let clockwork = try await Clockwork(suite, until: try await simulation.now())
            #expect(clockwork.faults == [])
            let schemes = try await suite.rows("SELECT DISTINCT unnest(policies) FROM jiesu.case_file")
                .map { try $0.get(0, as: String.self).prefix { $0 != "@" } }
            #expect(Set(schemes.map(String.init)) == Set(Self.wall.keys), "each of the eight governs a case")
            for (profile, limits) in Self.wall {
                // What must be handed out at once was, at the same moment: who looked first is chance.
                let fired = clockwork.fired.filter { $0.body.profile == profile && $0.body.clock != "transfer_now" }
                #expect(Set(fired.map(\.limit)) == limits, "\(profile)")
            }
            // What is due at once waits for nothing but the next look; every other step came at its own moment.
            #expect(clockwork.fired.filter { $0.at != $0.wanted && $0.wanted > begin }.map(\.limit) == [])
            #expect(Set(clockwork.fired.map(\.kind)) == [.warned, .targetPassed, .missed, .escalated])
        }
    }
}

extension Clockwork.Fired {
    /// The clock, and the day that its end or target falls on.
    fileprivate var limit: String { "\(key) by \(Moment(microseconds: body.due).iso8601.prefix(10))" }
}

extension Complaint {
    /// One for each telephone line.
    fileprivate static let ofEachLine: [Complaint] = [
        .lamp("12345"), complaint("12369", "夜里工厂偷排废气，刺鼻的恶臭飘进小区。"),
        complaint("12319", "柳坝路人行道上的垃圾堆了三天没人清扫，市容很差。"),
        complaint("0000-01000074", "大厅的叫号机坏了一个星期，早上排队排到门外。"),
        complaint("12312", "雁泉路口有流动车非法经营散装汽油，人还在现场，马上来人。", region: "桐渡区"),
        complaint("0000-01000067", "报修单交上去三个月迟迟没有下文，催了好几次，效率低得离谱。"),
    ]

    private static func complaint(_ line: String, _ text: String, region: String = "望汀区") -> Complaint {
        Complaint(
            key: line,
            body: [
                "text": .string(text), "line": .string(line), "identity": "named",
                "contact": ["name": "示例", "phone": "10000000000"], "place": ["region": .string(region)],
            ])
    }
}
