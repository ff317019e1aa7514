import Casework
import Testing
import WorkingTime

@testable import Policies

/// The files that come with the suite.
@Suite struct ShippedTests {
    let profiles: [Profile]
    let directory: Directory

    init() throws {
        profiles = try Profile.shipped()
        directory = try OrganisationsFile.shipped(for: profiles).directory
    }

    @Test func `the profiles are there and rightly named, and each line has one`() {
        let lines = Dictionary(uniqueKeysWithValues: profiles.map { ($0.name, $0.policy.line) })
        #expect(
            lines == [
                "p000-06": "12345", "p000-21": "12369", "p002-04": nil, "p002-05": "12319", "p003-11": nil,
                "p003-14": "0000-01000099", "p003-16": "0000-01000074", "p004-03": "12312", "p004-08": "0000-01000067",
            ])
        let numbers = lines.values.compactMap(\.self)
        #expect(Set(numbers).count == numbers.count)
        #expect(profiles.map { "p" + $0.source.scheme } == profiles.map(\.name))
        #expect(profiles.map(\.name) == profiles.map(\.name).sorted())
    }

    /// What routing makes of a finding under a profile, no region known.
    private func routed(_ finding: Finding, _ profile: Profile) -> Order {
        var file = Case(
            id: 1, registered: Registered(channel: "letter", identity: .anonymous, policies: [profile.policy.version]),
            at: Moment(microseconds: 0))
        file.apply(.classified(finding), at: Moment(microseconds: 1))
        return route(file, under: profile.policy, in: directory)
    }

    @Test func `a text without a region still reaches somebody, whatever its subject`() {
        for profile in profiles {
            for subject in profile.classification?.subjects ?? [] {
                let finding = Finding(nature: "complaint", subject: subject.code, urgency: "ordinary")
                guard case .requestJudgement(let request) = routed(finding, profile) else { continue }
                #expect(request.reason != "no_competent_organisation", "\(profile.name) \(subject.code)")
            }
        }
    }

    @Test func `every channel and source that has something of its own is one, and each question stands there once`() {
        let particulars = KnownCodes.particulars
        #expect(Set(particulars.map(\.code)).count == particulars.count)
        for one in particulars {
            #expect(!one.channels.isEmpty || !one.sources.isEmpty, "\(one.code)")
            #expect(Set(one.channels).isSubset(of: KnownCodes.channels), "\(one.code)")
            #expect(Set(one.sources).isSubset(of: KnownCodes.sources), "\(one.code)")
        }
        func asked(_ channel: String, _ source: String? = nil) -> [String] {
            particulars.filter { $0.isAsked(channel: channel, source: source) }.map(\.code)
        }
        #expect(asked("web_portal") == [])
        #expect(asked("opinion_box") == ["box", "opened", "opened_by"])
        #expect(asked("web_portal", "media") == ["outlet", "report", "published"])
    }

    @Test func `a subject code means the same competence in every profile that has it`() {
        // Jurisdictions know the code alone, so two profiles may share one only if at most one of them asks for it.
        var asking: [String: [String]] = [:]
        for profile in profiles {
            for subject in profile.classification?.subjects ?? [] {
                let finding = Finding(nature: "complaint", subject: subject.code, urgency: "ordinary")
                guard case .dispatch(let dispatched) = routed(finding, profile) else { continue }
                let rule = profile.policy.leadRules.first { $0.name == dispatched.rule }
                if case .dispatch(let target, _)? = rule?.then, target.role == nil {
                    asking[subject.code, default: []].append(profile.name)
                }
            }
        }
        for (code, names) in asking { #expect(names.count == 1, "\(code): \(names)") }
    }

    @Test func `every level and role that a rule names exists`() {
        for rule in profiles.flatMap(\.policy.leadRules) {
            let target: LeadRule.Target? =
                switch rule.then {
                case .dispatch(let target, _), .redirect(let target, _, _): target
                case .refuse(_, let target, _, _): target
                case .judgement: nil
                }
            if let role = target?.role { #expect(!directory.organisations(withRole: role).isEmpty, "\(rule.name)") }
            if let level = target?.level {
                #expect(directory.organisations.values.contains { $0.level == level }, "\(rule.name)")
            }
        }
    }

    @Test func `every duty that a profile gives to an organisation is somebody's, who can work on it`() {
        for policy in profiles.map(\.policy) {
            for role in [policy.centre, policy.supervise?.actor].compactMap(\.self) {
                #expect(directory.organisations(withRole: role).count == 1, "\(policy.version.profile) \(role)")
            }
            for role in policy.dispute + [policy.supervise?.actor].compactMap(\.self) {
                #expect(
                    directory.organisations(withRole: role).contains { $0.hasInbox },
                    "\(policy.version.profile) \(role)")
            }
        }
    }

    @Test func `every person's role that a clock names is one that people hold`() {
        let held = Set(KnownCodes.roles)
        for profile in profiles {
            for clock in profile.policy.clocks {
                let named = clock.escalate.map(\.to) + [clock.extend?.approver].compactMap(\.self)
                #expect(held.isSuperset(of: named), "\(profile.name) \(clock.name): \(named)")
            }
        }
    }

    @Test func `a scheme joins profiles that lead, by codes that they have`() throws {
        for joins in profiles.compactMap(\.policy.joins) {
            for name in joins.profiles {
                let leading = try #require(profiles.first { $0.name == name }, "\(name)")
                let words = try #require(leading.classification, "\(name)")
                #expect(joins.when.subject.isSubset(of: words.subjects.map(\.code)))
                #expect(joins.when.flag.isSubset(of: words.flags.map(\.code)))
            }
        }
    }

    @Test func `every answered case comes to an end`() {
        for profile in profiles where profile.policy.line != nil {
            let rules = profile.policy.closing
            #expect(
                rules.contains { !$0.isManual && $0.callbackOwed == false && $0.attempts == nil }, "\(profile.name)")
            guard profile.policy.callback?.when == .beforeClosing else { continue }
            #expect(rules.contains { $0.satisfied == true } && rules.contains { $0.isManual }, "\(profile.name)")
        }
    }

    @Test func `what the catalogue derived is marked so, wherever no scheme gives a figure`() {
        for profile in profiles {
            for clock in profile.policy.clocks where !clock.warn.isEmpty {
                // No source warns before a limit (R-DL-55).
                #expect(clock.source.contains("[D]"), "\(profile.name) \(clock.name)")
            }
            for (parameter, source) in profile.sources where ["calendar", "return", "callback"].contains(parameter) {
                #expect(source.contains("[D]"), "\(profile.name) \(parameter)")
            }
        }
    }

    @Test func `what may be published, and which rates are wanted, is each scheme's to say`() {
        let openness = Dictionary(uniqueKeysWithValues: profiles.map { ($0.name, $0.policy.openness) })
        #expect(Set(openness.filter { $0.value.published != nil }.keys) == ["p000-06", "p000-21", "p004-08"])
        #expect(openness["p004-08"]?.secret == [.organisation])
        let targets = profiles.filter { !$0.policy.targets.isEmpty }.map { profile in
            "\(profile.name) " + profile.policy.targets.map { "\($0.name) \($0.least)" }.joined(separator: " ")
        }
        #expect(
            targets == [
                "p003-11 resolution_year 60 satisfaction_year 60 resolution_supervised 50 satisfaction_supervised 50"
            ])
    }

    @Test func `how figures are published comes with the suite, and is checked`() throws {
        #expect(try Publication.shipped().least == 5)
        for wrong in ["{}", "{\"source\": \"x\", \"least\": 2, \"months\": 12, \"minutes\": 60}", "[", "[]"] {
            #expect(throws: Mistakes.self) { try Publication.read(Array(wrong.utf8), file: "publication.json") }
        }
    }

    @Test func `the script has the thirteen kinds of C.28, and tells the result before it asks`() throws {
        let script = Script.shipped
        let kinds = Set((script.steps + script.spare).map(\.kind))
        let station = [
            "greeting", "calm", "name", "repeat", "coming", "accepted", "out_of_scope", "incomplete", "transferred",
            "more",
            "courtesy", "thanks_bye", "feedback",
        ]
        #expect(kinds.isSuperset(of: station) && station.count == 13)
        let order = script.steps.map(\.kind)
        let (told, asked) = (order.firstIndex(of: "result"), order.firstIndex(of: "satisfied"))
        #expect(try #require(told) < #require(asked))
        for wrong in ["{}", "{\"source\": \"x\", \"steps\": [], \"spare\": []}", "x"] {
            #expect(throws: Mistakes.self) { try Script.read(Array(wrong.utf8), file: "script.json") }
        }
    }

    @Test func `who looks into complaints about others reports to none of them`() {
        let others = directory.organisations.values.filter { $0.roles.isEmpty }.map(\.code)
        for role in ["inspection_room", "discipline_commission"] {
            for one in directory.organisations(withRole: role) {
                #expect(one.hasInbox && !directory.isUnder(one.code, anyOf: others + ["city-government"]))
            }
        }
        let places = [
            "resident_inspection": ["city-offices", "city-offices-service"],
            "supervision_section": ["liuba-hall", "liuba-labour"], "brigade_supervision": ["brigade-wangting"],
            "grid_centre": ["city-hotline"],
        ]
        for (role, watched) in places {
            for one in directory.organisations(withRole: role) {
                #expect(one.hasInbox && !directory.isUnder(one.code, anyOf: watched), "\(role)")
            }
        }
    }

    @Test func `every role of an account has a Chinese title`() {
        #expect(KnownCodes.roles.count == 10 && Set(KnownCodes.roles).count == 10)
        for code in KnownCodes.roles { #expect(KnownCodes.title(ofRole: code) != code, "\(code)") }
        #expect(KnownCodes.title(ofRole: "unit_head") == "单位负责人")
        #expect(KnownCodes.title(ofRole: "king") == "king")
    }

    @Test func `nothing is refused by the hotline, nor by the environment's line`() {
        for name in ["p000-06", "p000-21"] {
            #expect(profiles.first { $0.name == name }?.policy.refuse.isEmpty == true)
        }
    }

    @Test func `a finding is held against the codes of its profile, field by field`() throws {
        let profile = try #require(try Profile.shipped().first { $0.name == "p000-06" })
        let finding = Finding(nature: "complaint", subject: "health", urgency: "ordinary")
        #expect(profile.unknownField(of: finding) == nil)
        for (field, change) in [
            ("nature", { $0.nature = "blah" }), ("subject", { $0.subject = "nosuch" }),
            ("also", { $0.also = ["nosuch"] }),
            ("urgency", { $0.urgency = "weird" }), ("flags", { $0.flags = ["nosuch"] }),
        ] as [(String, (inout Finding) -> Void)] {
            var strange = finding
            change(&strange)
            #expect(profile.unknownField(of: strange) == field)
        }
    }
}
