/// Up to which id nothing waits in the outbox any more, so that a round need not pass over what others before it deleted. Pure.
///
/// Ids are given before the commit: that a higher one was seen says nothing of a lower one. But whoever writes here has written an
/// event before, and so has a transaction id before it takes one of these. Once all transactions have ended that had one when an id
/// was the last that was given, nothing at or below that id can come any more.
///
/// Ids below zero are a refill's (`Refill`), all of which are there before the first is read.
struct OutboxFloor {
    /// Below every id.
    static let bottom = Int64.min

    /// What was seen at some moment, in this order.
    struct Mark: Equatable {
        /// The last id that was given.
        let lastID: Int64
        /// A transaction younger than all that had begun to write by then. Not a snapshot's xmax: that lies below transactions
        /// that run and have not ended.
        let next: Int64
    }

    /// Every row at or below is gone or set aside.
    private(set) var id = bottom
    /// What the floor may rise to; `nil`: one is wanted after a round that sent something.
    var mark: Mark?

    /// - Parameters:
    ///   - oldest: the oldest transaction that wrote, just before the rows of the round were read.
    ///   - last: the last id of its rows, all of which are deleted or set aside now; `nil`: it had all there were.
    mutating func roundEnded(oldest: Int64, last: Int64?) {
        if let last, last < 0 { id = max(id, last) }
        guard let mark, oldest >= mark.next else { return }
        // Ids begin anew: the table was put back to an earlier state under our feet.
        if mark.lastID < id { id = Self.bottom }
        if last.map({ $0 >= mark.lastID }) ?? true { id = max(id, mark.lastID) }
        self.mark = nil
    }
}
