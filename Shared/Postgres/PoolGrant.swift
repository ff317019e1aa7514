/// What someone who wants a connection of a pool gets: a place, with or without one on it.
enum PoolGrant<Item> {
    /// An idle connection; look at it before use.
    case lend(Item)
    /// A free place: open a connection of your own.
    case open
}

extension PoolGrant: Sendable where Item: Sendable {}
