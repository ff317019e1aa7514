import Casework
import Testing
import WorkingTime

@testable import Policies

/// Who is told what, by the file that comes with the suite, and what a file may say.
@Suite struct NoticeBookTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let what: String
        let events: [Event]
        /// Name of the notice; `nil`: nobody is told anything.
        let kind: String?
        /// Which of the events it speaks of.
        var event = 0
        var tells: [Informed.What] = []
        var running: [Set<String>] = []
        var testDescription: String { what }
    }

    private static let policy = Policy.Version(profile: "p000-06", version: 1)
    private static let registered = Registered(
        channel: "phone_hotline", identity: .named, policies: [policy], contactable: true)
    private static let dispatched = Event.dispatched(Dispatched(lead: "city-urban", helpers: ["city-transport"]))
    private static let acceptance: Set = ["informed:acceptance"]

    static let rows: [Row] = [
        Row(what: "registered", events: [.registered(registered)], kind: "received"),
        Row(
            what: "registered and accepted in one breath: one message, which tells the acceptance",
            events: [.registered(registered), .accepted(Accepted(policies: [policy]))], kind: "received_accepted",
            event: 1, tells: [.acceptance]),
        Row(
            what: "accepted with the dispatch: one message, which tells both",
            events: [.accepted(Accepted(policies: [policy])), dispatched], kind: "accepted_transferred", event: 1,
            tells: [.acceptance, .transfer]),
        Row(
            what: "accepted by a person", events: [.accepted(Accepted(policies: [policy]))], kind: "accepted",
            tells: [.acceptance]),
        Row(what: "sent on", events: [dispatched], kind: "transferred", tells: [.transfer]),
        Row(
            what: "signed where the lead owes the acceptance", events: [.signed(Signed(organisation: "city-urban"))],
            kind: "taken_over", tells: [.acceptance], running: [["replied"], acceptance]),
        Row(
            what: "signed where nobody owes it", events: [.signed(Signed(organisation: "city-urban"))], kind: nil,
            running: [["replied"]]),
        Row(
            what: "signed by a helper", events: [.signed(Signed(organisation: "city-transport"))], kind: nil,
            running: [acceptance]),
        Row(
            what: "outside the remit", events: [.redirected(Redirected(to: "x", reason: "not_in_remit"))],
            kind: "redirected"),
        Row(
            what: "not accepted", events: [.refused(Refused(ground: "reasoned", reason: "not_in_remit"))],
            kind: "refused"),
        Row(
            what: "more time given",
            events: [
                .extensionGranted(
                    ExtensionGranted(profile: "p", clock: "close", original: 1, due: 2, approver: "leader", means: nil))
            ], kind: "extended", tells: [.extension]),
        Row(
            what: "answered to the complainant", events: [reply(to: .complainant)], kind: "answered", tells: [.result]),
        Row(what: "answered to the centre, which tells by other means", events: [reply(to: .centre)], kind: nil),
        Row(
            what: "called in vain",
            events: [.calledBack(CalledBack(by: .centre, form: "phone", outcome: .notReached))],
            kind: "callback"),
        Row(
            what: "called and reached",
            events: [.calledBack(CalledBack(by: .centre, form: "phone", outcome: .reached))],
            kind: nil),
        Row(what: "worked on", events: [.noted(Noted(organisation: "city-urban", note: 1))], kind: nil),
        Row(
            what: "told by a person",
            events: [.informed(Informed(organisation: "centre", what: .acceptance, means: "phone", reached: true))],
            kind: nil, running: [acceptance]),
    ]

    private static func reply(to receiver: Reply.Receiver) -> Event {
        .replied(Replied(organisation: "city-urban", to: receiver, form: "written", outcome: "resolved"))
    }

    private static func file(_ registered: Registered = registered) -> Case {
        var file = Case(id: 1, registered: registered, at: Moment(microseconds: 0))
        file.apply(dispatched, at: Moment(microseconds: 1))
        return file
    }

    @Test(arguments: rows)
    func `a complainant is told`(row: Row) throws {
        let book = try NoticeBook.shipped()
        let owed = book.owed(for: row.events, of: Self.file()) { row.running }
        #expect(owed?.kind.name == row.kind)
        #expect(owed?.event == (row.kind == nil ? nil : row.event))
        #expect(owed?.kind.tells ?? [] == row.tells)
    }

    @Test func `who is anonymous, or cannot be reached, is told nothing, whatever happens`() throws {
        let book = try NoticeBook.shipped()
        var anonymous = Self.registered
        anonymous.identity = .anonymous
        var unreachable = Self.registered
        unreachable.contactable = false
        for registered in [anonymous, unreachable] {
            for row in Self.rows {
                #expect(book.owed(for: row.events, of: Self.file(registered)) { row.running } == nil, "\(row.what)")
            }
        }
        var confidential = Self.registered
        confidential.identity = .confidential
        #expect(book.owed(for: [Self.dispatched], of: Self.file(confidential)) { [] } != nil)
    }

    @Test func `what is not known leaves its brackets out, and a message without its number is none`() throws {
        let text = try NoticeText("编号{number}[，查询码{code}][，在{url}，至{due}]。")
        #expect(text.filled([.number: "7", .code: "AB"]) == "编号7，查询码AB。")
        #expect(text.filled([.number: "7", .url: "u", .due: "d"]) == "编号7，在u，至d。")
        #expect(text.filled([.number: "7", .url: "u"]) == "编号7。")
        #expect(text.filled([.code: "AB"]) == nil)
        #expect(try NoticeText("{reason}").filled([.reason: "{number}[x]"]) == "{number}[x]")
    }

    @Test(arguments: ["{", "}", "[", "]", "[[x]]", "{phone}", "[{number}", "a{}b", "{number"])
    func `a text that is none is refused`(text: String) {
        #expect(throws: NoticeText.Fault.self) { try NoticeText(text) }
    }

    @Test(arguments: [
        (#"{"name": "a", "title": "t", "on": ["registred"], "tells": [], "text": "x"}"#, "unknown event \"registred\""),
        (#"{"name": "a", "title": "t", "on": [], "tells": [], "text": "x"}"#, "at least 1"),
        (#"{"name": "a", "title": "t", "on": ["closed"], "tells": ["all"], "text": "x"}"#, "unknown thing told"),
        (#"{"name": "a", "title": "t", "on": ["closed"], "tells": [], "text": "{phone}"}"#, "unknown value {phone}"),
        (#"{"name": "A", "title": "t", "on": ["closed"], "tells": [], "text": "x"}"#, "expected a code"),
        (#"{"name": "a", "title": "t", "on": ["closed"], "text": "x"}"#, "\"tells\" is missing"),
    ])
    func `a mistake in a file is told with its place`(notice: String, message: String) throws {
        let text = """
            {"source": "x", "watchers": ["admin"], "retry_minutes": [1], "report_hours": 1, "notices": [\(notice)]}
            """
        do {
            _ = try NoticeBook.read(Array(text.utf8), file: "notices.json")
            Issue.record("read")
        } catch {
            #expect("\(error)".contains(message), "\(error)")
        }
    }
}
