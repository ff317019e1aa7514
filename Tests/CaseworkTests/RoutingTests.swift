import Casework
import Support
import Testing

struct RoutingTests {
    private func decide(_ finding: Finding) -> Order {
        route(City.classified(finding), under: City.policy, in: City.directory)
    }

    @Test func theDistrictAnswersWhereTheRegionIsKnown() {
        #expect(
            decide(City.finding("environment", region: "east"))
                == .dispatch(Dispatched(lead: "env-east", rule: "district")))
    }

    @Test func theCityAnswersWhereNoDistrictDoes() {
        let fromCity = Order.dispatch(Dispatched(lead: "env-city", rule: "city"))
        #expect(decide(City.finding("environment", region: "west")) == fromCity)
        #expect(decide(City.finding("environment")) == fromCity)
    }

    @Test func anEarlierRuleWins() {
        #expect(
            decide(City.finding("environment", urgency: "urgent", region: "east"))
                == .dispatch(Dispatched(lead: "env-city", rule: "urgent")))
    }

    @Test func furtherSubjectsBringHelpersOnceEachAndNeverTheLead() {
        let order = decide(
            City.finding("environment", also: ["works", "environment", "works", "unknown"], region: "east"))
        #expect(order == .dispatch(Dispatched(lead: "env-east", helpers: ["works-east"], rule: "district")))
    }

    @Test func theAccusedNeverGetsIt() {
        #expect(
            decide(City.finding("environment", region: "east", accused: ["env-east"]))
                == .dispatch(Dispatched(lead: "env-city", rule: "city")))
    }

    @Test func norWhoReportsToTheAccused() {
        #expect(
            decide(City.finding("environment", region: "east", accused: ["env-city"]))
                == .dispatch(Dispatched(lead: "inspection", rule: "conflict")))
    }

    @Test func norDoesTheAccusedHelp() {
        let order = decide(City.finding("environment", also: ["works"], region: "east", accused: ["works-city"]))
        #expect(order == .dispatch(Dispatched(lead: "env-east", helpers: [], rule: "district")))
    }

    @Test func whereEverybodyIsExcludedAPersonDecides() {
        #expect(
            decide(City.finding("environment", accused: ["city", "inspection"]))
                == .requestJudgement(JudgementRequested(reason: "conflict_of_interest")))
    }

    @Test func whereNobodyAnswersAPersonDecides() {
        #expect(
            decide(City.finding("weather"))
                == .requestJudgement(JudgementRequested(reason: "no_competent_organisation")))
    }

    @Test func outsideTheRemitThePersonIsToldWhereToGo() {
        #expect(
            decide(City.finding("works", flags: ["outside_remit"]))
                == .redirect(Redirected(to: "court", reason: "not_in_remit", rule: "outside")))
        #expect(
            decide(City.finding("works", flags: ["private_dispute"]))
                == .refuse(Refused(ground: "reasoned", reason: "not_in_remit", to: "court", rule: "private")))
    }

    @Test func noRoutingEverReachesTheAccused() {
        var generator = SeededGenerator(seed: 12345)
        let codes = City.directory.organisations.keys.sorted()
        for _ in 0..<5000 {
            let accused = codes.filter { _ in Int.random(in: 0..<4, using: &generator) == 0 }
            let finding = City.finding(
                ["environment", "works", "weather"].randomElement(using: &generator)!,
                also: ["environment", "works"].shuffled(using: &generator),
                urgency: ["ordinary", "urgent"].randomElement(using: &generator)!,
                flags: [[], ["outside_remit"], ["private_dispute"]].randomElement(using: &generator)!,
                region: [nil, "all", "east", "west", "nowhere"].randomElement(using: &generator)!, accused: accused)
            switch decide(finding) {
            case .dispatch(let dispatched):
                for code in [dispatched.lead] + dispatched.helpers {
                    #expect(!City.directory.isUnder(code, anyOf: accused))
                    #expect(City.directory.organisations[code]?.hasInbox == true)
                }
            case .redirect(let redirected): #expect(!accused.contains(redirected.to))
            case .refuse(let refused): #expect(refused.to.map { !accused.contains($0) } != false)
            case .requestJudgement: break
            case let other: Issue.record("routing does not order \(other.kind)")
            }
        }
    }

    @Test func aLoopInTheDirectoryEndsTheWalk() {
        let loop = Directory(
            organisations: [
                .init(code: "a", title: "a", parent: "b", level: "city"),
                .init(code: "b", title: "b", parent: "a", level: "city"),
            ],
            regions: [.init(code: "r", title: "r", parent: "s"), .init(code: "s", title: "s", parent: "r")],
            jurisdictions: [])
        #expect(loop.isUnder("a", anyOf: ["b"]))
        #expect(loop.enclosing("r") == ["r", "s"])
    }
}
