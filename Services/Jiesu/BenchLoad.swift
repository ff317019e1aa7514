import Casework
import Foundation
import Synchronization

/// Sends complaints over connections that stay open, one request at a time on each, all from one thread.
///
/// It shares two cores with what it measures, so it is lean: a `Client` for each connection would cost a thread each.
final class BenchLoad: Sendable {
    enum Pace: Sendable {
        /// As fast as answers come, while this says that there is room; given: how many were sent.
        case whileRoom(@Sendable (Int) -> Bool)
        /// So many a second, whatever the answers do.
        case perSecond(Double)
    }

    /// A complaint that was accepted.
    struct Accepted: Sendable {
        let id: Int64
        /// When it was sent, or, at a fixed pace, when it should have been: waiting for a connection counts.
        let sent: ContinuousClock.Instant
        let answered: ContinuousClock.Instant
    }

    /// Connections, and so requests at the same time.
    static let connections = 256
    /// How long the last answers may take.
    private static let patience = Duration.seconds(20)
    /// Between two looks at the connections, in microseconds. Answers come in bunches, one for each transaction of intake, and a look
    /// at 256 connections costs as much as an answer.
    private static let pace: UInt32 = 300

    /// Before a request that got no answer is sent again.
    private static let pause = Duration.milliseconds(200)

    private let port: Int
    private let repeats: Bool
    private let requests: Mutex<BenchRequests>
    private let isStopped = Atomic(false)
    private let answers = Atomic(0)
    private let repetitions = Atomic(0)

    /// - Parameter repeats: what got no answer, or a 5xx, is sent again under its key, as a caller should.
    init(_ samples: [Sample], port: Int, repeats: Bool = false) {
        self.port = port
        self.repeats = repeats
        requests = Mutex(BenchRequests(samples, port: port))
    }

    /// Complaints accepted so far, and requests sent again.
    var counts: (accepted: Int, repeated: Int) {
        (answers.load(ordering: .relaxed), repetitions.load(ordering: .relaxed))
    }

    /// Sends for so long, then waits for the last answers.
    /// - Throws: `CommandFailure` at the first answer that is no 201; if it repeats, at the first 4xx.
    func run(_ pace: Pace, for duration: Duration) async throws -> [Accepted] {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                Thread.detachNewThread { [self] in
                    continuation.resume(with: Result { try work(pace, for: duration) })
                }
            }
        } onCancel: {
            isStopped.store(true, ordering: .relaxed)
        }
    }

    private func work(_ pace: Pace, for duration: Duration) throws -> [Accepted] {
        let connections = (0..<Self.connections).map { _ in BenchConnection(port: port) }
        for connection in connections { try connection.open() }
        var idle = connections
        var polled = connections.map { pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0) }
        var accepted: [Accepted] = []
        var sent = 0
        let start = ContinuousClock.now
        let end = start + duration
        while true {
            let now = ContinuousClock.now
            let isOpen = now < end && !isStopped.load(ordering: .relaxed)
            while isOpen, let connection = idle.first,
                let moment = Self.nextSendTime(pace, sent: sent, start: start, now: now)
            {
                idle.removeFirst()
                connection.sent = moment
                connection.request = requests.withLock { $0.next() }
                sent += 1
                try send(connection, now)
            }
            if repeats {
                for connection in connections where connection.again.map({ $0 <= now }) ?? false {
                    repetitions.add(1, ordering: .relaxed)
                    try send(connection, now)
                }
                for index in polled.indices { polled[index].fd = connections[index].descriptor }
            }
            if !isOpen, idle.count == connections.count { return accepted }
            guard now < end + Self.patience else { throw CommandFailure("intake does not answer any more") }
            usleep(Self.pace)
            guard poll(&polled, nfds_t(polled.count), 1) > 0 else { continue }
            let received = ContinuousClock.now
            for index in polled.indices where polled[index].revents != 0 {
                let connection = connections[index]
                switch connection.receive() {
                case .nothing: continue
                case .refused(let answer): throw CommandFailure("a complaint was not accepted: \(answer)")
                case .broken(let reason): try broken(connection, reason, received)
                case .accepted(let number):
                    guard let sent = connection.sent else { continue }
                    accepted.append(Accepted(id: number.id, sent: sent, answered: received))
                    answers.add(1, ordering: .relaxed)
                    connection.sent = nil
                    idle.append(connection)
                }
            }
        }
    }

    private func send(_ connection: BenchConnection, _ now: ContinuousClock.Instant) throws {
        var failure: (any Error)?
        requests.withLock { requests in
            requests.lend(connection.request) { bytes in
                do { try connection.send(bytes) } catch { failure = error }
            }
        }
        if let failure { try broken(connection, (failure as? CommandFailure)?.message ?? "\(failure)", now) }
    }

    private func broken(_ connection: BenchConnection, _ reason: String, _ now: ContinuousClock.Instant) throws {
        guard repeats else { throw CommandFailure(reason) }
        connection.breakOff(until: now + Self.pause)
    }

    /// When the next request counts as sent; `nil` while it must wait.
    private static func nextSendTime(
        _ pace: Pace, sent: Int, start: ContinuousClock.Instant, now: ContinuousClock.Instant
    ) -> ContinuousClock.Instant? {
        switch pace {
        case .whileRoom(let hasRoom): return hasRoom(sent) ? now : nil
        case .perSecond(let rate):
            let due = start + .seconds(Double(sent) / rate)
            return due <= now ? due : nil
        }
    }
}

/// One connection of the load, opened again as often as it breaks.
private final class BenchConnection {
    enum Answer {
        /// Not yet whole.
        case nothing
        case accepted(CaseNumber)
        case refused(String)
        /// No answer will come, or one that says to come again.
        case broken(String)
    }

    private let port: Int
    private var socket: BenchSocket?
    /// −1, which `poll` passes over, while it is not open.
    var descriptor: Int32 { socket?.descriptor ?? -1 }
    /// When the request that waits for its answer was sent; `nil` while none waits.
    var sent: ContinuousClock.Instant?
    /// Its number.
    var request = 0
    /// When it is to be sent again.
    private(set) var again: ContinuousClock.Instant?
    private var answer: [UInt8] = []

    private static let created = Array("HTTP/1.1 201".utf8)
    private static let fault = Array("HTTP/1.1 5".utf8)
    private static let number = Array("\"number\":\"".utf8)

    init(port: Int) { self.port = port }

    func open() throws { socket = try BenchSocket(port: port) }

    func send(_ bytes: UnsafeRawBufferPointer) throws {
        again = nil
        if socket == nil { try open() }
        try socket?.send(bytes)
    }

    /// Closes it, and has what waits for an answer sent again later.
    func breakOff(until moment: ContinuousClock.Instant) {
        socket = nil
        answer.removeAll(keepingCapacity: true)
        again = sent == nil ? nil : moment
    }

    /// Takes what is there.
    func receive() -> Answer {
        do {
            guard try socket?.receive(into: &answer) ?? false else { return .broken("intake has closed a connection") }
        } catch {
            return .broken("intake has broken a connection off")
        }
        if answer.starts(with: Self.fault) { return .broken("a complaint was not accepted: \(text)") }
        // The body is one flat object, so its closing brace ends the answer.
        guard answer.last == UInt8(ascii: "}") else { return .nothing }
        defer { answer.removeAll(keepingCapacity: true) }
        guard answer.starts(with: Self.created), let number = number() else { return .refused(text) }
        return .accepted(number)
    }

    private var text: String { String(decoding: answer, as: UTF8.self) }

    private func number() -> CaseNumber? {
        let length = Self.number.count
        // From the end: the body is short beside the head.
        let start = answer.indices.reversed().first { index in
            answer[index] == Self.number[0] && answer.count - index > length
                && answer[index..<index + length].elementsEqual(Self.number)
        }
        guard let start else { return nil }
        return CaseNumber(String(decoding: answer[(start + length)...].prefix { $0 != Self.number[0] }, as: UTF8.self))
    }
}
