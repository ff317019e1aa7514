import Casework
import Policies
import Testing
import WorkingTime

/// The conflicts of table D.1 in which two of these eight schemes, or one and itself, differ: both sides, side by side.
struct ConflictTests {
    private let city: City

    init() throws { city = try City.shipped() }

    /// Found, sent on by the rules or, where they leave it to a person, by one, and signed for.
    private func handled(
        _ profile: String, _ subject: String, also: [String] = [], flags: [String] = [], channel: String = "letter",
        source: String? = nil, identity: Identity = .named, lead: String? = nil, due: String? = nil, note: Int? = nil
    ) throws -> Life {
        var life = try Life(
            profile, at: "2024-09-27T10:00", channel: channel, source: source, identity: identity,
            contactable: identity != .anonymous)
        try life.find(subject, also: also, flags: flags)
        if try life.route() == [.judgementRequested], let lead { try life.send(to: lead, due: due, note: note) }
        try life.sign()
        return life
    }

    @Test func `K-01: who complained directly is told on the spot, of a case taken over within 3 days`() throws {
        func acks(_ life: Life) -> [String] { life.ends.filter { $0.contains("/ack") } }
        #expect(acks(try handled("p000-21", "noise")) == ["p000-21/ack_now now"])
        #expect(
            acks(try handled("p000-21", "noise", source: "other_department")) == [
                "p000-21/ack_transferred 2024-09-30"
            ])
        #expect(acks(try handled("p000-06", "environment")) == ["p000-21/ack_from_line 2024-09-30"])
        // The others say nothing of it: no duty.
        #expect(acks(try handled("p000-06", "health")) == [])
        #expect(acks(try handled("p004-08", "fault", lead: "city-offices-service")) == [])
        #expect(acks(try handled("p003-16", "hall_civil")) == [])
    }

    @Test
    func `K-02: outside the remit a case is moved at once, in 1 or 3 working days or 5 days, or told where to go`()
        throws
    {
        func transfers(_ profile: String, _ subject: String, _ flags: [String] = []) throws -> [String] {
            var life = try Life(profile, at: "2024-09-27T10:00")
            try life.find(subject, flags: flags)
            return life.ends.filter { $0.contains("/transfer") || $0.contains("/dispatch") }
        }
        #expect(
            try transfers("p000-21", "odour", ["foul_odour"]) == [
                "p000-21/transfer 2024-09-29", "p000-21/transfer_now now",
            ])
        #expect(try transfers("p000-21", "not_environment") == ["p000-21/transfer 2024-09-29"])
        #expect(
            try transfers("p000-21", "not_environment", ["special_transfer"]) == ["p000-21/transfer_special 2024-10-08"]
        )
        #expect(
            try transfers("p004-08", "not_bureau") == [
                "p004-08/transfer 2024-10-02", "p004-08/transfer_told 2024-10-02",
            ]
        )
        #expect(try transfers("p004-08", "fault") == [], "within the remit nothing is moved")
        // Another step, not to be compared.
        #expect(try transfers("p004-03", "violation", ["onsite"]) == ["p004-03/dispatch 2024-09-27T10:10"])
        // Told only where to go.
        var told = try Life("p000-06", at: "2024-09-27T10:00")
        try told.find("justice")
        #expect(try told.route() == [.redirected])
        #expect(told.clocks.isEmpty)
        // Moved, the person told, by somebody at the centre.
        var moved = try Life("p004-08", at: "2024-09-27T10:00")
        try moved.find("not_bureau")
        #expect(try moved.route() == [.judgementRequested])
        #expect(
            moved.refusal(of: .redirect(Redirected(to: "city-urban", reason: "not_in_remit")), by: Life.dispatcher)
                == .againstPolicy("transfer"))
        try moved.send(to: "city-urban")
        #expect(moved.ends.contains("p004-08/transfer_told 2024-10-02"))
        try moved.inform(.transfer)
        #expect(moved.ends == ["p004-08/leader_step 2024-09-27"], "no limit of the bureau's binds whoever has it now")
    }

    @Test func `K-03: 000-21 refuses nothing; 12312 may, with a reason`() throws {
        let refused = Order.refuse(Refused(ground: "reasoned", reason: "not_in_remit"))
        for profile in ["p000-06", "p000-21", "p002-05", "p003-16", "p004-08"] {
            var life = try Life(profile, at: "2024-09-27T10:00")
            try life.find("any")
            #expect(life.refusal(of: refused, by: Life.dispatcher) == .againstPolicy("refuse"), "\(profile)")
        }
        var life = try Life("p004-03", at: "2024-09-27T10:00")
        try life.find("not_commerce")
        #expect(try life.route() == [.refused])
        #expect(life.kinds.first == .registered, "it was registered all the same")
    }

    @Test func `K-04: the final answer is due at once, in 3 or 30 days, in 5, 7 or 15 working days, or by no date`()
        throws
    {
        func closing(_ life: Life) -> [String] {
            life.clocks.filter { $0.step == "close" }.map { $0.limit.map(short) ?? "now" }.sorted()
        }
        #expect(closing(try handled("p003-16", "hall_civil")) == ["now"])
        #expect(closing(try handled("p003-16", "hall_civil", also: ["hall_labour"])) == ["2024-10-10"])
        #expect(closing(try handled("p002-05", "municipal")) == ["2024-10-12"])
        #expect(closing(try handled("p002-05", "greening")) == ["2024-10-12"])
        #expect(closing(try handled("p002-05", "planning")) == ["2024-10-23"])
        #expect(
            closing(try handled("p002-05", "greening", channel: "web_citizen_platform")) == [
                "2024-09-30", "2024-10-12",
            ]
        )
        #expect(closing(try handled("p000-21", "other")) == ["2024-10-23"])
        #expect(closing(try handled("p000-21", "noise", flags: ["severe_noise"])) == ["2024-10-23", "now"])
        #expect(closing(try handled("p004-08", "fault", lead: "city-offices-service")) == ["2024-10-27"])
        #expect(closing(try handled("p004-03", "consumer")) == [], "004-03 sets none")
        // To whom the limit means the answer: 002-05 to the centre alone.
        let receivers = try ["p000-06", "p000-21", "p003-16", "p004-08", "p002-05"].map {
            try city.policy($0).reply?.to
        }
        #expect(receivers == [.complainant, .complainant, .complainant, .complainant, .centre])
    }

    @Test func `K-05: a range is a target and a limit; a single figure is a limit alone`() throws {
        let range = try #require(try handled("p002-05", "police").clock("p002-05/close_range"))
        #expect(range.target.map(short) == "2024-10-08" && range.limit.map(short) == "2024-10-12")
        let single = try #require(try handled("p002-05", "greening").clock("p002-05/close_greening_conduct"))
        #expect(single.target == nil && single.limit.map(short) == "2024-10-12")
    }

    @Test func `K-06: 004-08 adds 30 days once by a leader; 000-21 knows no cap; 002-05 and 003-16 extend nothing`()
        throws
    {
        func extend(_ profile: String, _ clock: String) throws -> ClockRule.Extend? {
            try #require(try city.policy(profile).clocks.first { $0.name == clock }).extend
        }
        #expect(
            try extend("p004-08", "close")
                == .init(approver: "leader", cap: Limit("30cd"), capKind: .add, count: 1, notice: .none))
        #expect(
            try extend("p000-21", "close")
                == .init(approver: "unit_head", cap: nil, capKind: .none, count: nil, notice: .reason))
        for (profile, subject, clock) in [
            ("p002-05", "planning", "close_planning"), ("p003-16", "hall_civil", "close_complex"),
        ] {
            var life = try handled(profile, subject, flags: profile == "p003-16" ? ["complex"] : [])
            let order = try Life.extend(clock, of: profile, to: "2024-12-01T18:00")
            #expect(life.refusal(of: order, by: life.officer) == .againstPolicy("extend"))
        }
        // The role counts, not the rank.
        var life = try handled("p000-21", "noise")
        try life.give(Life.extend("close", of: "p000-21", to: "2024-12-01T18:00"), by: life.officer)
        let grant = Order.grantExtension(due: nil, means: "phone")
        #expect(life.refusal(of: grant, by: life.leader) == .notAllowed("grant_extension"))
        #expect(life.refusal(of: grant, by: life.head) == nil)
    }

    @Test func `K-07: a leader's instruction leaves 000-21's limit; a third complaint gets 003-11's date beside it`()
        throws
    {
        let exempt = try handled(
            "p000-21", "noise", source: "leader", lead: "city-environment", due: "2024-10-15T18:00")
        #expect(exempt.clock("p000-21/close") == nil && exempt.clock("p000-21/close_set") != nil)
        var repeated = try handled("p000-06", "health")
        for other in [2, 3] as [Int64] { try repeated.give(.repeat(by: other), by: .service("routing")) }
        #expect(repeated.ends == ["p000-06/close 2024-10-10", "p003-11/supervision:1 2024-10-08"])
    }

    @Test func `K-08: the same wording in another unit is another limit`() throws {
        let limits = try [("p004-08", "close"), ("p004-08", "transfer"), ("p003-16", "close_joint")].map {
            name, clock in
            try city.policy(name).clocks.first { $0.name == clock }?.limit?.description
        }
        #expect(limits == ["30cd", "5cd", "5wd"])
        #expect(
            try handled("p003-16", "hall_civil", also: ["hall_labour"]).ends == ["p003-16/close_joint 2024-10-10"])
        var outside = try Life("p004-08", at: "2024-09-27T10:00")
        try outside.find("not_bureau")
        #expect(outside.clock("p004-08/transfer")?.limit.map(short) == "2024-10-02")
    }

    @Test func `K-09: 004-08 lays it before a leader the same day; 000-21 and 004-03 send it on`() throws {
        var bureau = try Life("p004-08", at: "2024-09-27T10:00")
        try bureau.find("conduct")
        #expect(bureau.ends == ["p004-08/leader_step 2024-09-27"])
        #expect(try bureau.route() == [.judgementRequested], "no rule sends it before the leader has instructed")
        let room = Life.person("officer", at: "city-offices-inspection")
        try bureau.give(.submit(Submitted(organisation: "city-offices-inspection")), by: room)
        try bureau.give(
            .instruct(Instructed(organisation: "city-offices-inspection")),
            by: Life.person("leader", at: "city-offices-inspection"))
        try bureau.send(to: "city-offices-service")
        for (profile, subject) in [("p000-21", "noise"), ("p004-03", "violation")] {
            var life = try Life(profile, at: "2024-09-27T10:00")
            try life.find(subject)
            #expect(try life.route() == [.dispatched], "\(profile)")
        }
    }

    @Test func `K-11: anonymous complaints are handled alike; only callback and notice know the difference`() throws {
        for (profile, subject, lead) in [
            ("p000-06", "health", nil), ("p000-21", "noise", nil), ("p002-05", "appearance", nil),
            ("p003-16", "hall_civil", nil), ("p004-03", "consumer", nil), ("p004-08", "fault", "city-offices-service"),
        ] as [(String, String, String?)] {
            var life = try handled(profile, subject, identity: .anonymous, lead: lead)
            try life.reply("written")
            #expect(life.file.state == .closed && life.clocks.isEmpty, "\(profile)")
            #expect(life.nextCallback == nil, "\(profile)")
        }
    }

    @Test
    func `K-13: a major matter told by mouth waits at 003-16 until it is written, but no emergency; 000-06 takes it`()
        throws
    {
        func next(
            _ profile: String, _ subject: String, _ channel: String, _ flags: [String], _ urgency: String = "ordinary"
        )
            throws -> [Event.Kind]
        {
            var life = try Life(profile, at: "2024-09-27T10:00", channel: channel)
            try life.find(subject, urgency: urgency, flags: flags)
            return try life.route()
        }
        #expect(try next("p003-16", "hall_civil", "walk_in", ["major"]) == [.judgementRequested])
        #expect(try next("p003-16", "hall_civil", "phone_hotline", ["major"]) == [.judgementRequested])
        #expect(try next("p003-16", "hall_civil", "letter", ["major"]).contains(.dispatched))
        #expect(try next("p003-16", "hall_civil", "walk_in", ["complex"]).contains(.dispatched))
        #expect(try next("p003-16", "hall_civil", "walk_in", ["major"], "urgent").contains(.dispatched))
        #expect(try next("p000-06", "health", "phone_hotline", ["important"]).contains(.dispatched))

        // Whoever must write is told, and waits no longer than five working days for a decision.
        var life = try Life("p003-16", at: "2024-09-27T10:00", channel: "walk_in")
        try life.find("hall_civil", flags: ["major"])
        _ = try life.route()
        #expect(life.ends == ["p003-16/ask_writing 2024-09-29", "p003-16/await_writing 2024-10-10"])
        try life.give(
            .inform(Informed(organisation: "centre", what: .writing, means: "phone", reached: true)),
            by: Life.dispatcher)
        #expect(life.ends == ["p003-16/await_writing 2024-10-10"])
        // Without the letter a person answers for sending it on; once it is there nobody need.
        let send = Order.dispatch(Dispatched(lead: "liuba-civil"))
        #expect(life.refusal(of: send, by: Life.dispatcher) == .incomplete("note"))
        var urged = life
        try urged.give(.dispatch(Dispatched(lead: "liuba-civil", note: 1)), by: Life.dispatcher)
        #expect(urged.file.state == .dispatched)
        #expect(life.refusal(of: .correct(Corrected(channel: "letter")), by: Life.person("operator", at: nil)) == nil)
        try life.give(send, by: Life.dispatcher)
        #expect(life.file.state == .dispatched)
    }

    @Test func `K-14: 003-16 answers as it was asked; 002-05 wants writing and photos for the centre alone`() throws {
        /// What a plain oral answer lacks.
        func lacks(_ profile: String, _ subject: String, _ channel: String, _ flags: [String] = []) throws -> Refusal? {
            var life = try handled(profile, subject, flags: flags, channel: channel, lead: "liuba-civil", note: 1)
            return life.refusal(of: life.answer(), by: life.officer)
        }
        #expect(try lacks("p003-16", "hall_civil", "letter") == .incomplete("form"))
        #expect(try lacks("p003-16", "hall_civil", "phone_hotline") == nil)
        #expect(try lacks("p003-16", "hall_civil", "walk_in", ["major"]) == .incomplete("form"))
        #expect(try lacks("p002-05", "greening", "letter") == nil)
        #expect(try lacks("p002-05", "greening", "letter", ["important"]) == .incomplete("form"))
        #expect(try lacks("p002-05", "greening", "web_citizen_platform") == .incomplete("photo"))
        #expect(try lacks("p000-06", "health", "letter") == nil)
        // 000-21: nobody is answered who was not spoken to.
        #expect(try lacks("p000-21", "noise", "letter") == .incomplete("contact"))
    }

    @Test func `E-32: what was said and is later put in a letter is answered in writing under 003-16`() throws {
        var life = try handled("p003-16", "hall_civil", channel: "phone_hotline")
        let put = Order.correct(Corrected(channel: "letter"))
        #expect(life.refusal(of: put, by: Life.person("operator", at: nil)) == nil)
        #expect(life.refusal(of: life.answer(), by: life.officer) == .incomplete("form"))
        #expect(life.refusal(of: life.answer("written"), by: life.officer) == nil)
    }

    @Test func `K-17: 003-11 wants 60 of 100, and 50 of what it supervises; the others only measure`() throws {
        func targets(_ profile: String) throws -> [String] {
            try city.policy(profile).targets.map { "\($0.measure.rawValue) \($0.population.rawValue) \($0.least)" }
        }
        #expect(
            try targets("p003-11") == [
                "resolution all 60", "satisfaction all 60", "resolution supervised 50", "satisfaction supervised 50",
            ])
        for other in city.profiles.map(\.name) where other != "p003-11" {
            #expect(try targets(other).isEmpty, "\(other)")
        }
    }

    @Test func `K-23: 000-06 publishes by organisation; 004-08 publishes figures and keeps organisations secret`()
        throws
    {
        let (open, secret) = (try city.policy("p000-06").openness, try city.policy("p004-08").openness)
        #expect(open.published?.contains(.organisation) == true && open.secret.isEmpty)
        #expect(secret.published?.contains(.rates) == true && secret.secret == [.organisation])
    }

    @Test func `K-28: whoever is complained about gets neither the case nor a word of it, under 004-08 as on the line`()
        throws
    {
        for (profile, subject, lead) in [
            ("p004-08", "fault", "city-offices-service"), ("p000-06", "urban_construction", "city-urban"),
        ] {
            var life = try Life(profile, at: "2024-09-27T10:00", channel: "letter")
            try life.find(subject, accused: [lead])
            try life.route()
            #expect(life.file.lead != lead, "\(profile)")
            let policies = life.policies
            #expect(!mayRead(life.file, organisation: lead, under: policies, in: city.directory), "\(profile)")
            for entry in life.log {
                let told = Destination.all(of: entry.event, before: life.file, after: life.file, in: city.directory)
                #expect(!told.contains(.inbox(lead)), "\(profile) \(entry.event.kind)")
            }
        }
    }

    @Test func `K-15: the handler calls back (002-04), the centre does before closing (000-06), the office (003-16)`()
        throws
    {
        func whoCalls(_ life: Life) -> [String] {
            let candidates: [(String, Actor)] = [
                ("handler", life.officer), ("centre", Life.agent),
                ("office", Life.person("callback_agent", at: "liuba-supervision")),
            ]
            return candidates.filter { _, actor in
                var life = life
                return life.refusal(of: Life.inVain, by: actor) == nil
            }.map(\.0)
        }
        var squadron = try handled("p002-05", "appearance")
        #expect(try squadron.reply() == [.replied, .closed], "002-04 calls back after closing")
        #expect(whoCalls(squadron) == ["handler"])
        var hotline = try handled("p000-06", "health")
        #expect(try hotline.reply() == [.replied], "000-06 closes only when somebody was asked")
        #expect(whoCalls(hotline) == ["centre"])
        var hall = try handled("p003-16", "hall_civil")
        #expect(try hall.reply("written") == [.replied, .closed])
        #expect(whoCalls(hall) == ["centre", "office"])
    }

    @Test func `K-15: beside the call before closing the handler calls back after handling (003-11)`() throws {
        var life = try Life("p000-06", at: "2024-09-27T10:00")
        try life.find("health")
        try life.route()
        try life.sign()
        try life.reply()
        func owed() -> [Callback.Caller] {
            callbacks(of: life.file, under: life.policies, on: life.city.calendar).map(\.by)
        }
        #expect(owed() == [.centre])
        #expect(
            life.refusal(of: Life.said(.satisfied), by: life.officer) == .nothingRunning("callback (after_closing)"))
        #expect(try life.give(Life.said(.satisfied), by: Life.agent) == [.calledBack, .rated, .closed])
        #expect(owed() == [.handler])
        #expect(life.refusal(of: Life.said(.satisfied), by: Life.agent) == .nothingRunning("callback (done)"))
        #expect(try life.give(Life.said(.verySatisfied), by: life.officer) == [.calledBack, .rated])
        #expect(owed().isEmpty && life.file.state == .closed)
    }

    @Test func `a result that went to the centre is told with the callback, and nobody rates it before`() throws {
        var life = try handled("p002-05", "appearance")
        let order = Order.reply(
            Replied(organisation: life.lead, to: .centre, form: "written", outcome: "explained"))
        try life.give(order, by: life.officer)
        #expect(life.file.state == .closed && life.file.isResultUntold)
        #expect(life.refusal(of: Life.rated(.satisfied), by: .complainant) == .notNow(.closed))
        var told = life
        try told.inform(.result, reached: false)
        #expect(told.refusal(of: Life.rated(.satisfied), by: .complainant) == .notNow(.closed))
        try told.inform(.result)
        #expect(try told.give(Life.rated(.satisfied), by: .complainant) == [.rated])
        // R-CB-03: the call tells the result and asks; in vain it tells nothing.
        #expect(try life.give(Life.inVain, by: life.officer) == [.calledBack])
        life.now = try moment("2024-09-30T10:00")
        #expect(try life.give(Life.said(.satisfied), by: life.officer) == [.informed, .calledBack, .rated])
        #expect(try life.give(Life.rated(.dissatisfied), by: .complainant) == [.rated])
        // Where the scheme's limits end with what the complainant hears, the centre is no substitute.
        var hotline = try handled("p000-06", "health")
        let aside = Order.reply(Replied(organisation: hotline.lead, to: .centre, form: "oral", outcome: "explained"))
        #expect(hotline.refusal(of: aside, by: hotline.officer) == .incomplete("to"))
    }

    @Test func `why nobody need call back is said`() throws {
        func why(_ life: Life, _ organisation: String?) -> NoCallback? {
            let mine = callers(organisation, for: life.file, under: life.policies, in: life.city.directory)
            return whyNoCallback(of: life.file, by: mine, under: life.policies, on: life.city.calendar, now: life.now)
        }
        var life = try handled("p000-06", "health")
        #expect(why(life, nil) == .notAnswered)
        try life.reply()
        #expect(
            why(life, nil) == nil && why(life, life.lead) == .afterClosing && why(life, "city-urban") == .notDemanded)
        try life.give(Life.inVain, by: Life.agent)
        let next = try #require(life.nextCallback)
        #expect(why(life, nil) == .tooSoon(next))
        var used = life
        for _ in 1...2 {
            used.now = try #require(used.nextCallback)
            try used.give(Life.inVain, by: Life.agent)
        }
        #expect(why(used, nil) == .attemptsUsed(3))
        var rated = life
        try rated.give(Life.rated(.satisfied), by: .complainant)
        #expect(why(rated, nil) == .rated && why(rated, life.lead) == .rated)
        try life.give(Life.said(.satisfied), by: Life.agent)
        #expect(why(life, nil) == .done && why(life, life.lead) == nil)
        var squadron = try handled("p002-05", "appearance")
        try squadron.reply()
        #expect(why(squadron, nil) == .notDemanded)
    }

    @Test func `R-CB-30: whoever did the work hears of dissatisfaction too, and cannot talk it away`() throws {
        var life = try Life("p000-06", at: "2024-09-27T10:00")
        try life.find("health")
        try life.route()
        try life.sign()
        try life.reply()
        try life.give(Life.said(.satisfied), by: Life.agent)
        var again = life
        #expect(try again.give(Life.said(.dissatisfied), by: life.officer).last == .reopened)
        // Where the handler speaks first, the complainant still has a word, and it is the one that counts.
        var squadron = try handled("p002-05", "appearance")
        try squadron.reply()
        try squadron.give(Life.said(.verySatisfied), by: squadron.officer)
        #expect(squadron.file.course.rated?.by == .handler)
        try squadron.give(Life.rated(.dissatisfied), by: .complainant)
        #expect(squadron.file.course.rated?.satisfaction == .dissatisfied)
        #expect(squadron.refusal(of: Life.rated(.satisfied), by: .complainant) == .overCap("rating"))
        // In the last round nothing opens the case again; the rating of the centre stands.
        for _ in 1...2 {
            try again.route()
            try again.sign()
            try again.reply()
            try again.give(Life.said(.dissatisfied, resolved: false), by: Life.agent)
        }
        try again.give(.close(Closed(rule: "explained", note: 3)), by: again.leader)
        try again.give(Life.said(.verySatisfied), by: again.officer)
        #expect(again.file.course.rated?.satisfaction == .dissatisfied && again.file.state == .closed)
    }

    @Test func `K-16: dissatisfied: forwarded again (000-06), court (000-21), nothing said (002-05, 004-08)`() throws {
        func after(_ profile: String, _ subject: String, _ lead: String? = nil) throws -> State {
            var life = try handled(profile, subject, lead: lead)
            try life.contact()
            try life.reply("written")
            try life.give(Life.rated(.dissatisfied), by: .complainant)
            return life.file.state
        }
        #expect(try after("p000-06", "health") == .reopened)
        #expect(try after("p000-06", "environment") == .reopened, "the hotline's own rule leads, 000-21 joins")
        #expect(try after("p000-21", "noise") == .closed)
        #expect(try after("p002-05", "appearance") == .closed)
        #expect(try after("p004-08", "fault", "city-offices-service") == .closed)
    }

    @Test func `K-21: three complaints are supervised under 003-11, and nowhere else`() throws {
        for (profile, subject, isSupervised) in [
            ("p000-06", "health", true), ("p000-21", "noise", false), ("p002-05", "appearance", false),
            ("p003-16", "hall_civil", false), ("p004-03", "consumer", false),
        ] {
            var life = try handled(profile, subject)
            for other in 2...4 as ClosedRange<Int64> { try life.give(.repeat(by: other), by: .service("routing")) }
            #expect(life.kinds.contains(.supervised) == isSupervised, "\(profile)")
        }
    }

    @Test(arguments: [
        (["environment_approved"], "city-environment"),
        (["environment_approved", "capacity_breach"], "city-environment"),
        (["capacity_breach"], "city-economy"), (["capacity_breach", "approved_elsewhere"], "city-economy"),
        (["approved_elsewhere"], ""), (["source_unclear"], "wangting-environment"), ([], "wangting-environment"),
    ])
    func `K-24: who leads under 000-21 depends on who approved; capacity is asked before the first approver`(
        flags: [String], lead: String
    ) throws {
        var life = try Life("p000-21", at: "2024-09-27T10:00")
        try life.find("other", flags: flags, region: "wangting")
        let kinds = try life.route()
        #expect(kinds == (lead.isEmpty ? [.judgementRequested] : [.dispatched]))
        #expect(life.lead == (lead == "city-environment" ? "wangting-environment" : lead), "the nearest of its kind")
    }

    @Test func `K-26: the hotline lets a case be sent back once, in time; elsewhere there is no return`() throws {
        for (profile, subject) in [
            ("p000-21", "noise"), ("p002-05", "appearance"), ("p003-16", "hall_civil"), ("p004-03", "consumer"),
        ] {
            var life = try handled(profile, subject)
            let back = Order.return(Returned(organisation: life.lead, reason: "misdirected"))
            #expect(life.refusal(of: back, by: life.officer) == .againstPolicy("return"), "\(profile)")
        }
        var late = try handled("p000-06", "health")
        let back = Order.return(Returned(organisation: late.lead, reason: "misdirected"))
        late.now = try moment("2024-09-30T00:00")
        #expect(late.refusal(of: back, by: late.officer) == .expired, "1wd from Friday ends on the worked Sunday")
        late.now = try moment("2024-09-29T23:59")
        #expect(late.refusal(of: back, by: late.officer) == nil)
        // In time or not, 003-11 calls it shirking.
        #expect(late.kinds.suffix(2) == [.returned, .supervised])
    }

    @Test func `K-29: 003-11 supervises by quota and events, 004-03 and 004-08 by events alone`() throws {
        let quotas = try ["p003-11", "p004-03", "p004-08"].map { try city.policy($0).supervise?.quota }
        #expect(quotas == [20, nil, nil])
        let triggers = try ["p003-11", "p004-03", "p004-08"].map { try city.policy($0).supervise?.triggers }
        #expect(
            triggers == [
                [.repeated(times: 3), .shirking, .undone, .dissatisfied, .rectificationMissed], [.shirking, .undone],
                [.undone],
            ])
        // By hand as well, by whom the scheme names.
        var life = try handled("p004-08", "fault", lead: "city-offices-service")
        try life.give(.supervise(reason: "leader"), by: Life.person("supervisor", at: "city-offices-inspection"))
        #expect(life.clock("p004-08/supervision:1")?.limit.map(short) == "2024-10-02")
    }

    @Test(arguments: [
        (["reserved_for_city"], "city-environment", "danger_to_city"),
        ([], "wangting-environment", "competent_department"),
        (["reserved_for_city", "source_unclear"], "city-environment", "danger_to_city"),
    ])
    func `K-33: danger is asked before plain geography`(flags: [String], lead: String, rule: String) throws {
        var life = try Life("p000-21", at: "2024-09-27T10:00")
        try life.find("other", flags: flags, region: "wangting")
        try life.route()
        guard case .dispatched(let dispatched)? = life.log.last?.event else { throw Refusal.unknownCase }
        #expect(dispatched.lead == lead && dispatched.rule == rule)
    }

    @Test func `K-34: an important case on a slower subject has both limits, and the earlier alerts`() throws {
        let life = try handled("p002-05", "planning", flags: ["important"])
        #expect(life.ends == ["p002-05/close_important 2024-10-12", "p002-05/close_planning 2024-10-23"])
        let first = life.clocks.min { ($0.next?.microseconds ?? 0) < ($1.next?.microseconds ?? 0) }
        #expect(first?.rule == "close_important")
    }
}
