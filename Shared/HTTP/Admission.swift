/// Counts what is open and says who may come in. Pure; `Traffic` keeps it under a lock.
struct Admission {
    let limits: Limits
    /// Requests from their first line to the last byte of their answer.
    private(set) var open = 0
    /// Requests that a handler works on.
    private(set) var working = 0
    /// Answers that are made over time.
    private(set) var streams = 0
    /// Bytes of bodies held.
    private(set) var bytes = 0
    /// Bytes of files held.
    private(set) var fileBytes = 0
    private(set) var phase = Phase.serving

    enum Phase {
        case serving
        /// No new connections; answers say that theirs ends.
        case draining
        /// Nothing new at all.
        case closed
    }

    init(_ limits: Limits) { self.limits = limits }

    mutating func requestOpened() { open += 1 }

    /// Returns whether a drain has nothing left to wait for.
    mutating func requestEnded(bytes held: Int, files: Int = 0) -> Bool {
        open -= 1
        bytes -= held
        fileBytes -= files
        return open == 0 && phase != .serving
    }

    /// Whether `count` more bytes of a body may be kept; if so they are held until the request has ended.
    mutating func hold(_ count: Int) -> Bool {
        guard bytes + count <= limits.bodiesInMemory else { return false }
        bytes += count
        return true
    }

    /// As `hold`, for bytes of files.
    mutating func hold(files count: Int) -> Bool {
        guard fileBytes + count <= limits.filesInMemory else { return false }
        fileBytes += count
        return true
    }

    /// Whether a handler may begin; `nil` if so, else the reason.
    mutating func workStarted() -> Problem? {
        if phase == .closed { return .stopping }
        if working >= limits.requestsInWork { return .busy }
        working += 1
        return nil
    }

    mutating func workEnded() { working -= 1 }

    /// Whether an answer may be one that is made over time; `nil` if so, else the reason.
    mutating func streamStarted() -> Problem? {
        if phase != .serving { return .stopping }
        if streams >= limits.streams { return .tooManyStreams }
        streams += 1
        return nil
    }

    mutating func streamEnded() { streams -= 1 }

    /// Returns whether there is nothing to wait for.
    mutating func drain() -> Bool {
        if phase == .serving { phase = .draining }
        return open == 0
    }

    mutating func close() { phase = .closed }
}
