import Casework
import Testing
import WorkingTime

/// Cases of an organisation that is no more.
struct HandOverTests {
    private func handOver(_ life: inout Life, from code: String, to successor: String?) throws(Refusal) -> [Event.Kind]
    {
        life.disabled[code] = .some(successor)
        return try life.give(.handOver(from: code), by: .service("organisation"))
    }

    @Test func theSuccessorGoesOnWhereTheCaseStoodAndNoLimitMoves() throws {
        var life = try Life.signed()
        let before = life.clocks
        #expect(try handOver(&life, from: "env-city", to: "env-east") == [.handedOver])
        #expect(life.file.lead == "env-east" && life.file.helpers == ["works-city"])
        #expect(life.file.state == .signed && life.file.course.signed == ["env-east"] && life.clocks == before)
        // Whoever had it has no say any more; the successor answers without signing anew.
        #expect(life.refusal(of: Life.answer, by: Life.officer) == .notAllowed("reply"))
        let heir = Actor.account(9, organisation: "env-east", roles: ["officer"])
        #expect(try life.give(Life.answer, by: heir) == [.replied])
    }

    @Test func aHelperThatTakesTheLeadSignsForIt() throws {
        var life = try Life.dispatched()
        try life.give(.sign(Signed(organisation: "works-city")), by: Life.stranger)
        #expect(try handOver(&life, from: "env-city", to: "works-city") == [.handedOver])
        #expect(life.file.lead == "works-city" && life.file.helpers.isEmpty && life.file.state == .dispatched)
        #expect(try life.give(.sign(Signed(organisation: "works-city")), by: Life.stranger) == [.signed])
    }

    @Test func ofHelpersOnlyThePartMoves() throws {
        var life = try Life.signed()
        #expect(try handOver(&life, from: "works-city", to: "works-east") == [.handedOver])
        #expect(life.file.lead == "env-city" && life.file.helpers == ["works-east"] && life.file.state == .signed)
        #expect(try handOver(&life, from: "works-east", to: "env-city") == [.handedOver])
        #expect(life.file.helpers.isEmpty && life.file.course.signed == ["env-city"])
    }

    @Test func whatTheSuccessorMayNotHaveAPersonDecides() throws {
        var life = try Life.signed()
        try life.give(.classify(City.finding("environment", accused: ["env-east"])), by: .service("test"))
        #expect(try handOver(&life, from: "env-city", to: "env-east") == [.judgementRequested])
        #expect(life.file.state == .awaitingJudgement)
        #expect(
            life.refusal(of: .dispatch(Dispatched(lead: "env-city")), by: Life.dispatcher)
                == .unknownOrganisation("env-city"))
        #expect(life.refusal(of: .dispatch(Dispatched(lead: "works-city")), by: Life.dispatcher) == nil)
    }

    @Test func withoutASuccessorTheLeadersCaseIsDecidedByAPersonAndAHelperIsMissing() throws {
        var life = try Life.signed()
        #expect(try handOver(&life, from: "works-city", to: nil) == [.handedOver])
        #expect(life.file.helpers.isEmpty)
        #expect(try handOver(&life, from: "env-city", to: nil) == [.judgementRequested])
    }

    @Test func whoeverIsNotDisabledKeepsItsCasesAndNoPersonHandsOver() throws {
        var life = try Life.signed()
        #expect(
            life.refusal(of: .handOver(from: "env-city"), by: .service("organisation"))
                == .unknownOrganisation("env-city"))
        life.disabled["env-city"] = "env-east"
        #expect(life.refusal(of: .handOver(from: "env-city"), by: Life.leader) == .notAllowed("hand_over"))
        #expect(
            life.refusal(of: .handOver(from: "works-city"), by: .service("x")) == .unknownOrganisation("works-city"))
    }

    @Test func aCaseThatComesBackGoesToTheSuccessor() throws {
        var life = try Life.signed()
        try life.give(Life.answer, by: Life.officer)
        try life.give(Life.rating(.dissatisfied), by: Life.agent)
        life.disabled["env-city"] = "works-city"
        #expect(
            route(life.file, under: Life.policy, in: life.facts.directory) == .dispatch(Dispatched(lead: "works-city")))
    }

    @Test func nothingNewComesToADisabledOrganisationAndASuccessorAnswersForWhatWasDone() throws {
        var life = Life()
        life.disabled["env-city"] = "env-east"
        let directory = life.facts.directory
        #expect(directory.answering(for: "environment", in: nil).map(\.code).contains("env-city") == false)
        #expect(directory.heir(of: "env-city")?.code == "env-east")
        // A complaint about whoever was taken over is one about the successor, and about all that report to it.
        #expect(directory.isUnder("env-east", anyOf: ["env-city"]))
        #expect(!directory.isUnder("works-city", anyOf: ["env-city"]))
    }
}
