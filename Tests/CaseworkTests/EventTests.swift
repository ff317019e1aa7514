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
        sent.apply(dispatched)
        #expect(
            Destination.all(of: dispatched, on: sent).map(\.topic)
                == ["jiesu.cases", "jiesu.inbox.env-city", "jiesu.inbox.works-city"])
        #expect(Destination.all(of: .linked(Linked(earlier: 1)), on: file) == [.cases])
        #expect(Destination.all(of: .linked(Linked(earlier: 1)), on: sent).count == 3)
        for (event, _, _) in Self.golden { #expect(Destination.all(of: event, on: file).first == .cases) }
    }
}
