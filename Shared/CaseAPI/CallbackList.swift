import Casework
import Postgres

/// A page of whom to call back now: supervised cases and named complainants first, then who has waited longest ([D] E-24, R-SV-07).
package struct CallbackList: Sendable {
    /// Where the page before ended; `nil`: from the beginning.
    package var after: Key?
    /// At most so many, 1…500.
    package var limit: Int

    package init(after: Key? = nil, limit: Int) {
        self.after = after
        self.limit = limit
    }

    /// A place in the list. Goes on right behind it, whatever was called or came meanwhile.
    package struct Key: Sendable, Equatable {
        let isSupervised: Bool
        let isNamed: Bool
        /// From when on the person may be called, in microseconds since 1970.
        let from: Int64
        let id: Int64

        init(isSupervised: Bool, isNamed: Bool, from: Int64, id: Int64) {
            self.isSupervised = isSupervised
            self.isNamed = isNamed
            self.from = from
            self.id = id
        }

        /// As it stands in an address: `1-0-1767225600000000-17`.
        package var text: String { "\(isSupervised ? 1 : 0)-\(isNamed ? 1 : 0)-\(from)-\(id)" }

        package init?(_ text: String) {
            let parts = text.split(separator: "-", omittingEmptySubsequences: false)
            guard parts.count == 4, parts[0] == "0" || parts[0] == "1", parts[1] == "0" || parts[1] == "1",
                let from = Int64(parts[2]), from >= 0, let id = Int64(parts[3]), id >= 0
            else { return nil }
            self.init(isSupervised: parts[0] == "1", isNamed: parts[1] == "1", from: from, id: id)
        }
    }

    /// Of a table or view called `f`; all rising, so that a key can be compared.
    static let order: StaticString = """
        NOT coalesce(f.course::jsonb -> 'orders' @> '[{"isEnded": false}]', false), f.identity <> 'named', f.callback_at, f.id
        """

    /// What a key needs of each row.
    static let columns: StaticString = """
        NOT coalesce(f.course::jsonb -> 'orders' @> '[{"isEnded": false}]', false), f.identity <> 'named', jiesu.micros(f.callback_at)
        """

    /// One more row than `limit` was asked for: whether it is there tells whether there is another page.
    /// - Parameter rows: as `CaseView` reads them, and `columns`.
    func page(_ rows: Rows, where isReadable: (CaseView) throws -> Bool = { _ in true }) throws -> CallbackPage {
        let rows = Array(rows)
        let last = rows.count > limit ? rows[limit - 1] : nil
        return CallbackPage(
            cases: try rows.prefix(limit).map { try CaseView($0, steps: []) }.filter(isReadable),
            next: try last.map {
                Key(
                    isSupervised: try !$0.get(21, as: Bool.self), isNamed: try !$0.get(22, as: Bool.self),
                    from: try $0.get(23), id: try $0.get(0))
            })
    }
}

/// Some cases of that list.
package struct CallbackPage: Sendable {
    /// Only those that whoever looks may see.
    package let cases: [CaseView]
    /// Where the next page begins; `nil`: this is the last.
    package let next: CallbackList.Key?
}
