internal import CRdKafka
import Foundation
import Telemetry

/// Owns an `rd_kafka_t`. Whoever uses the pointer holds the client meanwhile; the last one to let go frees it.
///
/// `@unchecked Sendable`: librdkafka's client handle may be used by any thread at any time.
final class Client: @unchecked Sendable {
    let pointer: OpaquePointer
    private let callbacks: Callbacks
    private let gone = DispatchGroup()

    init(_ kind: rd_kafka_type_t, _ configuration: consuming Configuration, _ callbacks: Callbacks) throws(KafkaError) {
        self.callbacks = callbacks
        pointer = try configuration.makeClient(kind, callbacks)
        gone.enter()
    }

    /// Frees on a thread of its own: `rd_kafka_destroy` joins librdkafka's threads, and one of them may sit in a name
    /// look-up. It does not leave the group; a `Consumer` does that first, in bounded time.
    deinit {
        let end = End(pointer: pointer, callbacks: callbacks, gone: gone)
        Thread.detachNewThread { end.run() }
    }

    /// Why a broker refused the last connection, if one did and none has answered since.
    var trouble: String? { callbacks.trouble }

    /// The brokers have answered: what was in the way is not any more.
    func answered() { callbacks.answered() }

    /// Waits until the C side is gone, without keeping the client alive.
    var destroyed: Destroyed { Destroyed(gone: gone) }

    /// What the thread that frees takes with it.
    ///
    /// `@unchecked Sendable`: only that thread has it.
    private struct End: @unchecked Sendable {
        let pointer: OpaquePointer
        let callbacks: Callbacks
        let gone: DispatchGroup

        func run() {
            withExtendedLifetime(callbacks) {
                rd_kafka_destroy_flags(pointer, Int32(RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE))
            }
            gone.leave()
        }
    }
}

/// Tells when a client's C side is gone: its threads have ended and its connections are closed.
///
/// `@unchecked Sendable`: a dispatch group may be used by any thread.
struct Destroyed: @unchecked Sendable {
    fileprivate let gone: DispatchGroup

    /// Blocks until gone, at most for `duration`; `false`: it was not in time.
    func wait(atMost duration: Duration) -> Bool {
        gone.wait(timeout: .now() + .milliseconds(duration.milliseconds)) == .success
    }

    /// The same without holding a shared thread.
    func wait(atMost duration: Duration) async -> Bool {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                let inTime: Bool = wait(atMost: duration)
                continuation.resume(returning: inTime)
            }
        }
    }
}

extension Duration {
    /// Whole milliseconds, never less than none and at most a day, which every C time-out can hold.
    var milliseconds: Int {
        let (seconds, attoseconds) = components
        guard seconds < 86_400 else { return 86_400_000 }
        return Swift.max(0, Int(seconds) * 1_000 + Int(attoseconds / 1_000_000_000_000_000))
    }
}
