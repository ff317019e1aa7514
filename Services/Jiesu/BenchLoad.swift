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

    private let port: Int
    private let requests: Mutex<BenchRequests>
    private let isStopped = Atomic(false)

    init(_ samples: [Sample], port: Int) {
        self.port = port
        requests = Mutex(BenchRequests(samples, port: port))
    }

    /// Sends for so long, then waits for the last answers.
    /// - Throws: `CommandFailure` at the first answer that is no 201.
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
        let connections = try (0..<Self.connections).map { _ in try BenchConnection(port: port) }
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
                sent += 1
                try requests.withLock { requests in
                    var failure: (any Error)?
                    requests.next { bytes in
                        do { try connection.send(bytes) } catch { failure = error }
                    }
                    if let failure { throw failure }
                }
            }
            if !isOpen, idle.count == connections.count { return accepted }
            guard now < end + Self.patience else { throw CommandFailure("intake does not answer any more") }
            usleep(Self.pace)
            guard poll(&polled, nfds_t(polled.count), 1) > 0 else { continue }
            let received = ContinuousClock.now
            for index in polled.indices where polled[index].revents != 0 {
                guard let number = try connections[index].receive(), let sent = connections[index].sent else {
                    continue
                }
                accepted.append(Accepted(id: number.id, sent: sent, answered: received))
                connections[index].sent = nil
                idle.append(connections[index])
            }
        }
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

/// One connection of the load.
private final class BenchConnection {
    private let socket: BenchSocket
    var descriptor: Int32 { socket.descriptor }
    /// When the request that waits for its answer was sent; `nil` while none waits.
    var sent: ContinuousClock.Instant?
    private var answer: [UInt8] = []

    private static let created = Array("HTTP/1.1 201".utf8)
    private static let number = Array("\"number\":\"".utf8)

    init(port: Int) throws { socket = try BenchSocket(port: port) }

    func send(_ bytes: UnsafeRawBufferPointer) throws { try socket.send(bytes) }

    /// Takes what is there.
    /// - Returns: the complaint's number once the answer is whole.
    func receive() throws -> CaseNumber? {
        guard try socket.receive(into: &answer) else { throw CommandFailure("intake has closed a connection") }
        // The body is one flat object, so its closing brace ends the answer.
        guard answer.last == UInt8(ascii: "}") else { return nil }
        defer { answer.removeAll(keepingCapacity: true) }
        guard answer.starts(with: Self.created), let number = number() else {
            throw CommandFailure("a complaint was not accepted: \(String(decoding: answer, as: UTF8.self))")
        }
        return number
    }

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
