import Casework
import Testing

@testable import Policies

/// The files that come with the suite.
@Suite struct ShippedTests {
    let profiles: [Profile]
    let directory: Directory

    init() throws {
        profiles = try Profile.shipped()
        directory = try OrganisationsFile.shipped(for: profiles).directory
    }

    @Test func `the two first profiles are there and rightly named`() {
        #expect(profiles.map(\.name) == ["p000-06", "p004-03"])
        #expect(profiles.map(\.policy.line) == ["12345", "12312"])
        #expect(profiles.map { "p" + $0.source.scheme } == profiles.map(\.name))
    }

    @Test func `a text without a region still reaches somebody, whatever its subject`() {
        for subject in profiles.compactMap(\.classification).flatMap(\.subjects) where subject.code != "not_commerce" {
            let found = directory.answering(for: subject.code, in: nil)
            let elsewhere = ["justice", "military", "private_dispute"].contains(subject.code)
            #expect(elsewhere || found.contains(where: \.hasInbox), "\(subject.code)")
        }
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

    @Test func `who looks into complaints about others reports to none of them`() {
        let others = directory.organisations.values.filter { $0.roles.isEmpty }.map(\.code)
        for role in ["inspection_room", "discipline_commission"] {
            for one in directory.organisations(withRole: role) {
                #expect(one.hasInbox && !directory.isUnder(one.code, anyOf: others + ["city-government"]))
            }
        }
    }

    @Test func `every role of an account has a Chinese title`() {
        #expect(KnownCodes.roles.count == 10 && Set(KnownCodes.roles).count == 10)
        for code in KnownCodes.roles { #expect(KnownCodes.title(ofRole: code) != code, "\(code)") }
        #expect(KnownCodes.title(ofRole: "unit_head") == "单位负责人")
        #expect(KnownCodes.title(ofRole: "king") == "king")
    }

    @Test func `nothing is refused by the hotline`() {
        #expect(profiles.first?.policy.refuse.isEmpty == true)
    }
}
