import Casework
import Testing

/// The words and bytes that stand in tables and on topics. A change here breaks readers outside; only optional fields
/// may be added.
struct EventTests {
    private static let golden: [(Event, String, String)] = [
        (
            .registered(City.registered), "registered",
            #"{"channel":"web_portal","identity":"named","policies":[{"profile":"test","version":1}]}"#
        ),
        (
            .classified(City.finding("environment", flags: ["onsite"], region: "east")), "classified",
            #"{"accused":[],"also":[],"flags":["onsite"],"nature":"complaint","reasons":[],"region":"east","subject":"environment","urgency":"ordinary"}"#
        ),
        (.judgementRequested(.init(reason: "no_subject")), "judgement_requested", #"{"reason":"no_subject"}"#),
        (
            .dispatched(.init(lead: "env-city", helpers: ["works-city"], rule: "city")), "dispatched",
            #"{"helpers":["works-city"],"lead":"env-city","rule":"city"}"#
        ),
        (
            .redirected(.init(to: "court", reason: "not_in_remit")), "redirected",
            #"{"reason":"not_in_remit","to":"court"}"#
        ),
        (
            .refused(.init(ground: "reasoned", reason: "not_in_remit", to: "court", rule: "r")), "refused",
            #"{"ground":"reasoned","reason":"not_in_remit","rule":"r","to":"court"}"#
        ),
        (.linked(.init(earlier: 7)), "linked", #"{"earlier":7}"#),
        (.repeated(.init(by: 9, times: 3)), "repeated", #"{"by":9,"times":3}"#),
        (
            .accepted(.init(policies: [.init(profile: "test", version: 1)])), "accepted",
            #"{"policies":[{"profile":"test","version":1}]}"#
        ),
        (.submitted(.init(organisation: "a", note: 4)), "submitted", #"{"note":4,"organisation":"a"}"#),
        (.instructed(.init(organisation: "a")), "instructed", #"{"organisation":"a"}"#),
        (.signed(.init(organisation: "a")), "signed", #"{"organisation":"a"}"#),
        (
            .returned(.init(organisation: "a", reason: "misdirected", note: 4)), "returned",
            #"{"note":4,"organisation":"a","reason":"misdirected"}"#
        ),
        (
            .disputed(.init(reason: "not_in_remit", step: 0, decider: "env_dept")), "disputed",
            #"{"decider":"env_dept","reason":"not_in_remit","step":0}"#
        ),
        (
            .contacted(.init(organisation: "a", means: "phone", reached: true)), "contacted",
            #"{"means":"phone","organisation":"a","reached":true}"#
        ),
        (.visited(.init(organisation: "a")), "visited", #"{"organisation":"a"}"#),
        (.noted(.init(organisation: "a", note: 4)), "noted", #"{"note":4,"organisation":"a"}"#),
        (
            .informed(.init(organisation: "a", what: .result, means: "sms", reached: false)), "informed",
            #"{"means":"sms","organisation":"a","reached":false,"what":"result"}"#
        ),
        (
            .extensionAsked(.init(organisation: "a", profile: "test", clock: "close", due: 5, reason: "complex")),
            "extension_asked",
            #"{"clock":"close","due":5,"organisation":"a","profile":"test","reason":"complex"}"#
        ),
        (
            .extensionGranted(
                .init(profile: "test", clock: "close", original: 4, due: 5, approver: "leader", means: "phone")),
            "extension_granted",
            #"{"approver":"leader","clock":"close","due":5,"means":"phone","original":4,"profile":"test"}"#
        ),
        (
            .extensionRefused(.init(profile: "test", clock: "close", approver: "leader", reason: "no_need")),
            "extension_refused", #"{"approver":"leader","clock":"close","profile":"test","reason":"no_need"}"#
        ),
        (
            .limitSet(.init(profile: "test", clock: "close", due: 5)), "limit_set",
            #"{"clock":"close","due":5,"profile":"test"}"#
        ),
        (
            .replied(.init(organisation: "a", to: .complainant, form: "oral", outcome: "explained")), "replied",
            #"{"form":"oral","organisation":"a","outcome":"explained","to":"complainant"}"#
        ),
        (
            .calledBack(.init(by: .centre, form: "phone", outcome: .notReached)), "called_back",
            #"{"by":"centre","form":"phone","outcome":"not_reached"}"#
        ),
        (
            .rated(.init(by: .agent, resolved: true, satisfaction: .basicallySatisfied)), "rated",
            #"{"by":"agent","resolved":true,"satisfaction":"basically_satisfied"}"#
        ),
        (.closed(.init(rule: "settled")), "closed", #"{"rule":"settled"}"#),
        (.reopened(.init(round: 2, kind: "forward_again")), "reopened", #"{"kind":"forward_again","round":2}"#),
        (.withdrawn(.init()), "withdrawn", "{}"),
        (
            .warned(.init(profile: "test", clock: "close", step: 10, due: 5)), "warned",
            #"{"clock":"close","due":5,"profile":"test","step":10}"#
        ),
        (
            .targetPassed(.init(profile: "test", clock: "close", step: 0, due: 5)), "target_passed",
            #"{"clock":"close","due":5,"profile":"test","step":0}"#
        ),
        (
            .missed(.init(profile: "test", clock: "close", step: 1, due: 5)), "missed",
            #"{"clock":"close","due":5,"profile":"test","step":1}"#
        ),
        (
            .escalated(.init(profile: "test", clock: "close", step: 100, due: 5, to: "leader", act: .report)),
            "escalated", #"{"act":"report","clock":"close","due":5,"profile":"test","step":100,"to":"leader"}"#
        ),
        (
            .corrected(.init(channel: "letter", identity: .named, region: "east", contactable: true, submission: 2)),
            "corrected",
            #"{"channel":"letter","contactable":true,"identity":"named","region":"east","submission":2}"#
        ),
        (.handedOver(.init(from: "a", to: "b")), "handed_over", #"{"from":"a","to":"b"}"#),
        (
            .supervised(.init(order: 1, trigger: "repeat", due: 5)), "supervised",
            #"{"due":5,"order":1,"trigger":"repeat"}"#
        ),
        (
            .supervisionAnswered(.init(organisation: "a", order: 1, note: 4)), "supervision_answered",
            #"{"note":4,"order":1,"organisation":"a"}"#
        ),
        (
            .supervisionReviewed(.init(order: 1, failed: ["facts_clear"])), "supervision_reviewed",
            #"{"failed":["facts_clear"],"order":1}"#
        ),
    ]

    @Test func everyKindHasItsPinnedWordAndBytes() throws {
        #expect(Set(Self.golden.map(\.0.kind)) == Set(Event.Kind.allCases))
        for (event, kind, payload) in Self.golden {
            #expect(event.kind.rawValue == kind)
            #expect(event.payload == payload)
            #expect(try Event(kind: event.kind, payload: payload) == event)
        }
    }

    @Test func aPayloadFromNextYearIsReadWithoutItsNewFields() throws {
        let event = try Event(kind: .linked, payload: #"{"earlier":7,"likeness":{"score":0.9},"by":["a"]}"#)
        #expect(event == .linked(Linked(earlier: 7)))
    }

    @Test(arguments: ["", "null", "[]", "{}", #"{"earlier":"7"}"#, #"{"earlier":1e99}"#, "\u{0}"])
    func aPayloadThatIsNoneIsAnError(payload: String) {
        #expect(throws: (any Error).self) { try Event(kind: .linked, payload: payload) }
    }

    @Test func dispatchedCasesGoToTheirOrganisationsAndAllEventsToTheCentre() {
        let file = City.classified(City.finding("environment"))
        let dispatched = Event.dispatched(Dispatched(lead: "env-city", helpers: ["works-city"]))
        var sent = file
        sent.apply(dispatched, at: City.noon)
        #expect(
            Destination.all(of: dispatched, before: file, after: sent, in: City.directory).map(\.topic)
                == ["jiesu.cases", "jiesu.inbox.env-city", "jiesu.inbox.works-city"])
        #expect(
            Destination.all(of: .linked(Linked(earlier: 1)), before: file, after: file, in: City.directory) == [.cases])
        #expect(
            Destination.all(of: .linked(Linked(earlier: 1)), before: sent, after: sent, in: City.directory).count == 3)
        for (event, _, _) in Self.golden {
            #expect(Destination.all(of: event, before: nil, after: file, in: City.directory).first == .cases)
        }
    }

    @Test func whoTheCaseTurnsOutToBeAboutIsToldNothingMore() {
        var sent = City.classified(City.finding("environment"))
        sent.apply(.dispatched(Dispatched(lead: "env-city", helpers: ["works-city"])), at: City.noon)
        let found = Event.classified(City.finding("environment", accused: ["env-city"]))
        var about = sent
        about.apply(found, at: City.noon)
        func told(_ event: Event, _ before: Case, _ after: Case) -> [String] {
            Destination.all(of: event, before: before, after: after, in: City.directory).map(\.topic)
        }
        #expect(told(found, sent, about) == ["jiesu.cases", "jiesu.inbox.works-city"])
        let again = Event.dispatched(Dispatched(lead: "works-east"))
        var moved = about
        moved.apply(again, at: City.noon)
        #expect(told(again, about, moved) == ["jiesu.cases", "jiesu.inbox.works-east", "jiesu.inbox.works-city"])
    }
}
