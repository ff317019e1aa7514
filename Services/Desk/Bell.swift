/// Wakes one who waits. Rung several times before that one looks, it is as if it had been rung once.
struct Bell: Sendable {
    /// For one loop, which ends when its task is cancelled.
    let rings: AsyncStream<Void>
    private let teller: AsyncStream<Void>.Continuation

    init() { (rings, teller) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1)) }

    func ring() { teller.yield() }
}
