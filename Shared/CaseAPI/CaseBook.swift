import CaseStore
import Casework
import Postgres
import WorkingTime

/// Where cases are looked up and orders are given: an organisation's desk, or the centre.
package protocol CaseBook: Sendable {
    /// A page of cases by what is due next, those without an end last.
    /// - Parameter reader: the organisation of whoever looks; `nil`: at the centre.
    func cases(_ question: CaseList, for reader: String?) async throws -> CasePage
    /// With everything that happened to it; `nil` if there is none, or none that `reader` may see.
    func view(_ id: Int64, for reader: String?) async throws -> CaseView?
    /// Those of the cases that `reader` may see, the youngest first, in whatever state, without what happened to them.
    func views(of ids: [Int64], for reader: String?) async throws -> [CaseView]
    /// What was typed while the case was handled, as far as it may be read here. Only behind a ticket (`AccessStore.ticket`).
    func notes(of id: Int64) async throws -> [CaseNote]
    /// Callbacks that are owed here and may be made now.
    func callbacks(_ question: CallbackList, for reader: String?) async throws -> CallbackPage
    /// Cases with an order to supervise that still runs, whatever state they are in; what is due first comes first.
    func supervised(for reader: String?, limit: Int) async throws -> [CaseView]
    /// Gives an order, or hands it on to whoever decides.
    func give(_ request: OrderRequest) async throws -> OrderOutcome
    /// The policies, calendar and directory as they stand now.
    func rulebook() async throws -> Rulebook
    /// Legal time.
    func now() async throws -> Moment
}

/// Which cases a list shows, and from where on.
package struct CaseList: Sendable {
    /// Only those in one of these; empty: those that are open.
    package var states: Set<State>
    /// Only those that this organisation leads.
    package var lead: String?
    /// Where the page before ended; `nil`: from the beginning.
    package var after: Key?
    /// At most so many, 1…500.
    package var limit: Int

    package init(states: Set<State> = [], lead: String? = nil, after: Key? = nil, limit: Int) {
        self.states = states
        self.lead = lead
        self.after = after
        self.limit = limit
    }

    /// A place in a list: what is due when, and the case. Goes on right behind it, whatever came or went before meanwhile.
    package struct Key: Sendable, Equatable {
        /// Microseconds since 1970; `nil`: without an end.
        let limit: Int64?
        let id: Int64

        init(limit: Int64?, id: Int64) {
            self.limit = limit
            self.id = id
        }

        /// As it stands in an address: `1767225600000000-17`, `none-17`.
        package var text: String { "\(limit.map(String.init) ?? "none")-\(id)" }

        package init?(_ text: String) {
            let parts = text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, let id = Int64(parts[1]), id >= 0 else { return nil }
            let limit = Int64(parts[0])
            guard parts[0] == "none" || limit.map({ $0 >= 0 }) == true else { return nil }
            self.limit = limit
            self.id = id
        }
    }
}

/// Some cases of a list.
package struct CasePage: Sendable {
    /// Only those that whoever looks may see.
    package let cases: [CaseView]
    /// Where the next page begins; `nil`: this is the last.
    package let next: CaseList.Key?
}

extension CaseBook {
    package func cases(in states: Set<State>, for reader: String?, limit: Int) async throws -> [CaseView] {
        try await cases(CaseList(states: states, limit: limit), for: reader).cases
    }
}

extension CaseList {
    var wanted: [String] { (states.isEmpty ? State.open : states).map(\.rawValue).sorted() }

    /// The order of every list, of a table or view called `f`. As an expression, so that a key can go on behind what has no end too.
    static let order: StaticString = "coalesce(f.limit_at, 'infinity'), f.id"

    /// One more row than `limit` was asked for: whether it is there tells whether there is another page.
    /// - Parameter rows: as `CaseView` reads them, and the limit in microseconds.
    func page(_ rows: Rows, where isReadable: (CaseView) throws -> Bool = { _ in true }) throws -> CasePage {
        let rows = Array(rows)
        let key = rows.count > limit ? rows[limit - 1] : nil
        return CasePage(
            cases: try rows.prefix(limit).map { try CaseView($0, steps: []) }.filter(isReadable),
            next: try key.map { Key(limit: try $0.get(21), id: try $0.get(0)) })
    }
}

/// A case as the people who work on it see it: codes and times, no text.
package struct CaseView: Sendable {
    package let row: CaseRow
    package let registeredAt: Moment
    /// Empty in lists.
    package let steps: [Step]

    /// One thing that happened.
    package struct Step: Sendable {
        package let event: Event
        package let at: Moment
        package let actor: String
    }
}

/// What somebody typed while they handled a case; an event names the number.
package struct CaseNote: Sendable, Equatable {
    package let number: Int64
    package let at: Moment
    /// `nil`: the centre's.
    package let organisation: String?
    package let text: String

    init(_ row: Row) throws {
        number = try row.get(0)
        at = Moment(microseconds: try row.get(1))
        organisation = try row.get(2)
        text = try row.get(3)
    }
}

/// What somebody wants to happen to a case.
package struct OrderRequest: Sendable {
    package let caseID: Int64
    /// Chosen by the sender; the same id is the same order, however often it comes.
    package let id: String
    package let kind: Order.Kind
    /// The round of handling that the sender looked at.
    package let round: Int
    /// JSON, the event's fields.
    package let payload: String
    /// In words; kept in `note`, never on a topic.
    package let note: String?
    package let account: Int64
    package let organisation: String?
    package let roles: Set<String>
    /// Those in whose place the account may approve; at a desk the database says who they are.
    package let absent: [Command.Absent]

    package init(
        caseID: Int64, id: String, kind: Order.Kind, round: Int, payload: String, note: String?, account: Int64,
        organisation: String?, roles: Set<String>, absent: [Command.Absent] = []
    ) {
        self.caseID = caseID
        self.id = id
        self.kind = kind
        self.round = round
        self.payload = payload
        self.note = note
        self.account = account
        self.organisation = organisation
        self.roles = roles
        self.absent = absent
    }
}

/// What became of an order.
package enum OrderOutcome: Sendable, Equatable {
    /// It happened, and the case is now at this version.
    case done(version: Int)
    case refused(code: String, detail: String)
    /// It was written down and keeps its time; the centre has not decided it yet.
    case waiting
}
