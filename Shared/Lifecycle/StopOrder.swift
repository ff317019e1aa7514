/// Decides who is to be stopped when. Pure; `Supervisor` obeys.
///
/// Services are numbered in order of start. A later one may use earlier ones, so each is stopped after all later ones
/// have ended.
struct StopOrder {
    enum Order: Equatable {
        case wait
        /// Ask this one to stop.
        case stop(Int)
        /// Nobody runs any more.
        case finished
    }

    private var running: [Bool]
    private(set) var isStopping = false
    private var asked: Int?

    init(count: Int) {
        running = Array(repeating: true, count: count)
    }

    /// Numbers of those that run.
    var stillRunning: [Int] { running.indices.filter { running[$0] } }

    mutating func stopRequested() -> Order {
        isStopping = true
        return next()
    }

    /// One that ends before it was asked takes the others with it: a service with a part missing must not look alive.
    mutating func ended(_ number: Int) -> Order {
        running[number] = false
        isStopping = true
        return next()
    }

    private mutating func next() -> Order {
        guard let last = stillRunning.last else { return .finished }
        guard last != asked else { return .wait }
        asked = last
        return .stop(last)
    }
}
