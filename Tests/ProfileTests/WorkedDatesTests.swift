import Casework
import Testing

/// The dates that part E of the catalogue works out by hand, as the schemes' own clocks reckon them: from the profile's
/// JSON, through the rules, with the State Council's days off.
struct WorkedDatesTests {
    /// A clock, the day on which its anchor happened, and when it ends: `target` for a soft end, `moved` where ends on
    /// days off move on (`end_on_holiday`: `next_wd`).
    @Test(arguments: [
        // E-01, E-02: off 1 to 7 October 2024; working Sunday 29 September and Saturday 12 October.
        "p004-08/transfer 2024-09-27 -> 2024-10-02",
        "p004-08/transfer 2024-09-27 moved -> 2024-10-08",
        "p004-08/transfer_told 2024-09-27 -> 2024-10-02",
        "p004-08/close 2024-09-27 -> 2024-10-27",
        "p004-08/close 2024-09-27 moved -> 2024-10-28",
        "p004-08/leader_step 2024-09-27 -> 2024-09-27",
        "p004-08/leader_step 2024-10-01 -> 2024-10-01",
        // E-01 under the other schemes.
        "p000-06/close 2024-09-27 -> 2024-10-10",
        "p000-06/close_urgent 2024-09-27 -> 2024-09-29",
        "p000-21/transfer 2024-09-27 -> 2024-09-29",
        "p000-21/close 2024-09-27 -> 2024-10-23",
        "p003-16/close_joint 2024-09-27 -> 2024-10-10",
        "p003-16/close_complex 2024-09-27 -> 2024-10-10",
        // E-09, E-10.
        "p002-05/close_platform 2024-09-27 -> 2024-09-30",
        "p002-05/close_range 2024-09-27 target -> 2024-10-08",
        "p002-05/close_range 2024-09-27 -> 2024-10-12",
        "p002-05/close_greening_conduct 2024-09-27 -> 2024-10-12",
        "p002-05/close_important 2024-09-27 -> 2024-10-12",
        "p002-05/close_planning 2024-09-27 -> 2024-10-23",
        // E-37: off 1 to 8 October 2025; working Sunday 28 September and Saturday 11 October.
        "p000-21/transfer 2025-09-26 -> 2025-09-28",
        "p000-21/transfer_special 2025-09-26 -> 2025-09-30",
        "p000-06/close 2025-09-26 -> 2025-10-10",
        "p003-16/close_joint 2025-09-26 -> 2025-10-10",
        "p002-05/close_range 2025-09-26 target -> 2025-09-30",
        "p002-05/close_range 2025-09-26 -> 2025-10-13",
        "p000-21/close 2025-09-26 -> 2025-10-23",
        "p002-05/close_planning 2025-09-26 -> 2025-10-23",
        "p004-08/transfer 2025-09-26 -> 2025-10-01",
        "p004-08/transfer 2025-09-26 moved -> 2025-10-09",
        "p004-08/close 2025-09-26 -> 2025-10-26",
        "p004-08/close 2025-09-26 moved -> 2025-10-27",
        // E-38: off 1 to 3 January 2026; working Sunday 4 January.
        "p000-21/transfer 2025-12-30 -> 2025-12-31",
        "p000-21/transfer_special 2025-12-30 -> 2026-01-05",
        "p000-21/ack_transferred 2025-12-30 -> 2026-01-02",
        "p000-21/ack_transferred 2025-12-30 moved -> 2026-01-04",
        "p000-21/ack_from_line 2025-12-30 -> 2026-01-02",
        "p002-05/close_platform 2025-12-30 -> 2026-01-02",
        "p002-05/close_platform 2025-12-30 moved -> 2026-01-04",
        "p004-08/transfer 2025-12-30 -> 2026-01-04",
        "p004-08/transfer 2025-12-30 moved -> 2026-01-04",
        "p003-16/close_joint 2025-12-30 -> 2026-01-07",
        "p002-05/close_greening_conduct 2025-12-30 -> 2026-01-09",
        "p000-21/close 2025-12-30 -> 2026-01-21",
        // E-39: off 15 to 23 February 2026; working Saturdays 14 and 28 February.
        "p002-05/close_platform 2026-02-12 -> 2026-02-15",
        "p002-05/close_range 2026-02-12 target -> 2026-02-24",
        "p002-05/close_range 2026-02-12 -> 2026-02-28",
        "p002-05/close_planning 2026-02-12 -> 2026-03-11",
        "p004-08/transfer 2026-02-12 -> 2026-02-17",
        "p004-08/transfer 2026-02-12 moved -> 2026-02-24",
        "p004-08/close 2026-02-12 -> 2026-03-14",
        "p004-08/close 2026-02-12 moved -> 2026-03-16",
        "p000-21/transfer 2026-02-12 -> 2026-02-13",
        "p000-21/transfer_special 2026-02-12 -> 2026-02-24",
        "p000-21/close 2026-02-12 -> 2026-03-11",
        "p000-06/close 2026-02-12 -> 2026-02-26",
        // The result, told within two days of the conclusion, and supervision, [D].
        "p004-08/result_notice 2024-09-30 -> 2024-10-02",
        "p003-11/supervision:1 2024-09-27 -> 2024-10-08",
    ])
    func `a limit ends when the catalogue says, whenever on its day 0 it began`(row: String) throws {
        let words = row.split(separator: " ").map(String.init)
        let city = try words.contains("moved") ? City.movingEnds() : City.shipped()
        for time in ["00:00", "10:00", "23:59"] {
            let life = try running(words[0], at: "\(words[1])T\(time)", in: city)
            let clock = try #require(life.clock(words[0]), "\(life.ends)")
            let end = try #require(words.contains("target") ? clock.target : clock.limit)
            #expect(short(end) == words.last, "\(time)")
        }
    }

    /// A case in which this clock runs, its anchor at `time`.
    private func running(_ clock: String, at time: String, in city: City) throws -> Life {
        let profile = String(clock.prefix { $0 != "/" })
        switch clock {
        case "p000-06/close", "p000-06/close_urgent":
            var life = try Life(profile, at: time, city: city)
            try life.find("urban_construction", urgency: clock == "p000-06/close" ? "ordinary" : "urgent")
            try life.route()
            return life
        case "p000-21/transfer", "p000-21/transfer_special", "p000-21/close":
            var life = try Life(profile, at: time, city: city)
            try life.find("noise", flags: clock == "p000-21/transfer_special" ? ["special_transfer"] : [])
            return life
        case "p000-21/ack_transferred":
            var life = try Life(profile, at: time, source: "other_department", city: city)
            try life.find("noise")
            try life.route()
            try life.sign()
            return life
        case "p000-21/ack_from_line":
            var life = try Life("p000-06", at: time, city: city)
            try life.find("environment")
            try life.route()
            try life.sign()
            return life
        case "p003-11/supervision:1":
            var life = try Life("p000-06", at: time, city: city)
            try life.find("urban_construction")
            try life.route()
            try life.give(.supervise(reason: "leader"), by: Life.person("supervisor", at: "city-grid"))
            return life
        case "p003-16/close_joint", "p003-16/close_complex":
            var life = try Life(profile, at: time, city: city)
            let isJoint = clock == "p003-16/close_joint"
            try life.find("hall_civil", also: isJoint ? ["hall_labour"] : [], flags: isJoint ? [] : ["complex"])
            try life.route()
            return life
        case "p004-08/transfer", "p004-08/transfer_told", "p004-08/leader_step":
            var life = try Life(profile, at: time, city: city)
            try life.find("not_bureau")
            return life
        case "p004-08/close":
            var life = try Life(profile, at: time, city: city)
            try life.find("efficiency")
            try life.give(.accept, by: Life.dispatcher)
            return life
        case "p004-08/result_notice":
            var life = try Life(profile, at: time, city: city)
            try life.find("efficiency")
            try life.route()
            try life.send(to: "city-offices-service")
            try life.sign()
            try life.reply()
            return life
        default:
            let subjects = [
                "close_range": "appearance", "close_greening_conduct": "greening", "close_planning": "planning",
            ]
            let rule = String(clock.dropFirst(profile.count + 1))
            var life = try Life(
                profile, at: time, channel: rule == "close_platform" ? "web_citizen_platform" : "letter", city: city)
            try life.find(subjects[rule] ?? "planning", flags: rule == "close_important" ? ["important"] : [])
            return life
        }
    }

    @Test func `E-04: minutes run on a holiday night as well`() throws {
        var life = try Life("p004-03", at: "2024-10-01T02:10")
        life.now = try moment("2024-10-01T02:14")
        try life.find("violation", flags: ["onsite"], region: "wangting")
        #expect(life.ends == ["p004-03/dispatch 2024-10-01T02:20"])
        life.now = try moment("2024-10-01T02:20")
        try life.route()
        #expect(life.ends == ["p004-03/arrive 2024-10-01T02:50"])
        #expect(try life.wait(until: "2024-10-01T02:50") == [.warned], "the last moment is in time")
        try life.give(.visit(Visited(organisation: life.lead)), by: life.officer)
        #expect(life.ends == [])
    }

    @Test func `E-04: outside the promised area there is no limit to arrive by, and the case says so`() throws {
        var life = try Life("p004-03", at: "2024-10-01T02:10")
        try life.find("violation", flags: ["onsite", "outside_area"], region: "shixun")
        #expect(life.ends == ["p004-03/dispatch 2024-10-01T02:20"])
        try life.route()
        #expect(life.ends == [])
        let title = try life.city.profile(line: "12312").title(of: "outside_area")
        #expect(title == "承诺区域外（不设到场时限）")
    }

    @Test func `E-03: the same day ends at midnight, for whoever comes just before and just after it`() throws {
        let ends = try ["2024-09-27T23:50", "2024-09-28T00:05", "2024-10-01T23:50"].map { time in
            var life = try Life("p004-08", at: time)
            let end = life.ends
            // The officer on duty may submit, also on a holiday.
            try life.give(
                .submit(Submitted(organisation: "city-offices-inspection")),
                by: Life.person("officer", at: "city-offices-inspection"))
            #expect(life.ends == [])
            return end
        }
        #expect(
            ends == ["2024-09-27", "2024-09-28", "2024-10-01"].map { ["p004-08/leader_step \($0)"] })
    }

    @Test(arguments: [
        ("2024-09-27T10:00", "2024-10-27", "2024-11-26"), ("2025-09-26T10:00", "2025-10-26", "2025-11-25"),
        ("2026-02-12T10:00", "2026-03-14", "2026-04-13"),
    ])
    func `E-06, E-39: 30 days and 30 more, by addition, and not a day beyond`(
        accepted: String, limit: String, latest: String
    ) throws {
        var life = try running("p004-08/close", at: accepted, in: City.shipped())
        try life.send(to: "city-offices-service")
        try life.sign()
        #expect(life.clock("p004-08/close")?.limit.map(short) == limit)
        let tooLate = "\(latest)T23:59:59.999999"
        let day = String(latest.dropLast(2)) + "\(try #require(Int(latest.suffix(2))) + 1)"
        #expect(
            life.refusal(of: try Life.extend("close", of: "p004-08", to: "\(day)T00:00"), by: life.officer)
                == .overCap("extend"))
        #expect(life.refusal(of: try Life.extend("close", of: "p004-08", to: tooLate), by: life.officer) == nil)
        #expect(life.refusal(of: .grantExtension(due: nil, means: nil), by: life.leader) == nil)
        #expect(life.clock("p004-08/close")?.limit.map(short) == latest)
    }
}
