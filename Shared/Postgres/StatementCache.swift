/// Which statements one connection has prepared, and under what name. Knows no server.
///
/// Names are numbers that are never used twice, so a name still on the server can never stand for another statement.
struct StatementCache {
    /// Two queries share a statement when text and declared types agree.
    struct Key: Hashable {
        let text: String
        let types: [UInt32]

        init(_ query: Query) {
            text = query.text
            types = query.parameters.types
        }
    }

    private struct Entry {
        let name: String
        var lastUse: UInt64
    }

    private let limit: Int
    private var entries: [Key: Entry] = [:]
    private var uses: UInt64 = 0
    private var names: UInt64 = 0

    /// - Parameter limit: how many statements stay prepared; each costs the server some tens of KiB.
    init(limit: Int) {
        self.limit = limit
    }

    var count: Int { entries.count }

    /// The statement's name; `isNew` when it has yet to be prepared under it.
    mutating func name(for key: Key) -> (name: String, isNew: Bool) {
        uses += 1
        if let index = entries.index(forKey: key) {
            entries.values[index].lastUse = uses
            return (entries.values[index].name, false)
        }
        names += 1
        let entry = Entry(name: "s\(names)", lastUse: uses)
        entries[key] = entry
        return (entry.name, true)
    }

    /// Preparing it failed: the server does not have it.
    mutating func forget(_ key: Key) {
        entries[key] = nil
    }

    /// The server has been told to drop everything.
    mutating func removeAll() {
        entries.removeAll()
    }

    /// Names to deallocate because there are too many: the longest unused, a quarter at once so that it happens rarely.
    mutating func takeSurplus() -> [String] {
        guard entries.count > limit else { return [] }
        let oldest = entries.sorted { $0.value.lastUse < $1.value.lastUse }
            .prefix(entries.count - limit + limit / 4)
        for (key, _) in oldest { entries[key] = nil }
        return oldest.map(\.value.name)
    }
}
