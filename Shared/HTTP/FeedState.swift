/// What was sent into a feed and not yet taken out, and how far the feed has come. Pure; `Feed` keeps it under a lock.
struct FeedState {
    /// What the one who writes to the client has to do.
    enum Step: Equatable {
        case write([UInt8])
        /// Nothing is there yet.
        case wait
        case end
        /// Nobody reads any more, or not fast enough: hang up.
        case hangUp
    }

    /// Bytes that may wait.
    let capacity: Int
    private(set) var waiting: [UInt8] = []
    private var isEnded = false
    /// The reader was so slow that something did not fit.
    private(set) var isOverrun = false
    private var isAbandoned = false

    init(capacity: Int) { self.capacity = capacity }

    /// Whether `piece` will be written if the client keeps reading. All of it or nothing: half an event helps nobody.
    mutating func send(_ piece: [UInt8]) -> Bool {
        guard !isEnded, !isOverrun, !isAbandoned else { return false }
        guard waiting.count + piece.count <= capacity else {
            isOverrun = true
            return false
        }
        waiting += piece
        return true
    }

    /// What waits is written still.
    mutating func end() { isEnded = true }

    mutating func abandon() {
        isAbandoned = true
        waiting = []
    }

    /// Takes out at most `most` bytes.
    mutating func next(atMost most: Int) -> Step {
        if isOverrun || isAbandoned { return .hangUp }
        if waiting.isEmpty { return isEnded ? .end : .wait }
        let piece = Array(waiting.prefix(most))
        waiting.removeFirst(piece.count)
        return .write(piece)
    }
}
