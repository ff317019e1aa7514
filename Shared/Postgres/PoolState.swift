/// The pool's rules: who gets a connection, who waits. Knows no server and no clock; `Pool` keeps it behind a lock.
struct PoolState<Item, Waiter> {
    /// What becomes of a request.
    enum Answer {
        case granted(PoolGrant<Item>)
        case wait
        /// Too many wait already.
        case refused
    }

    private let size: Int
    private let waitersAtMost: Int
    /// The last returned is lent first, so that few stay warm when little goes on.
    private var idle: [Item] = []
    private var waiters: [Int: Waiter] = [:]
    /// Tickets in order of arrival, from `head`; those without a waiter have given up.
    private var queue: [Int] = []
    private var head = 0
    /// Places in use: connections lent, or being opened.
    private(set) var lent = 0

    init(size: Int, waitersAtMost: Int) {
        self.size = size
        self.waitersAtMost = waitersAtMost
    }

    var idleCount: Int { idle.count }
    var waiting: Int { waiters.count }

    mutating func request() -> Answer {
        if let item = idle.popLast() {
            lent += 1
            return .granted(.lend(item))
        }
        if lent < size {
            lent += 1
            return .granted(.open)
        }
        return waiters.count < waitersAtMost ? .wait : .refused
    }

    /// For someone whose lent connection turned out dead: another on the same place.
    mutating func replace() -> PoolGrant<Item> {
        idle.popLast().map(PoolGrant.lend) ?? .open
    }

    /// Queues someone who was told to wait.
    mutating func enqueue(_ waiter: Waiter, ticket: Int) {
        waiters[ticket] = waiter
        queue.append(ticket)
        // While nothing comes back, those who gave up would pile up for ever.
        if queue.count > 2 * waitersAtMost {
            queue = queue[head...].filter { waiters[$0] != nil }
            head = 0
        }
    }

    /// Takes someone out of the queue: nil when a grant has come before.
    mutating func giveUp(_ ticket: Int) -> Waiter? {
        waiters.removeValue(forKey: ticket)
    }

    /// A place comes back, with its connection or, when that is of no more use, without. It goes to the longest
    /// waiting.
    mutating func giveBack(_ item: Item?) -> (waiter: Waiter, grant: PoolGrant<Item>)? {
        while head < queue.count {
            let waiter = waiters.removeValue(forKey: queue[head])
            head += 1
            if head == queue.count || head > 1024 {
                queue.removeFirst(head)
                head = 0
            }
            if let waiter { return (waiter, item.map(PoolGrant.lend) ?? .open) }
        }
        lent -= 1
        if let item { idle.append(item) }
        return nil
    }
}
