import Foundation
import Synchronization
import Telemetry

/// Listens for SIGTERM, SIGINT and, unless it was started with nohup, SIGHUP: a terminal that is closed. The first asks to
/// stop, the second ends the process at once.
///
/// A handler writes to a pipe that a thread of its own reads: whoever holds all shared threads of Swift's tasks must
/// not be able to keep the process alive. Not a dispatch source, which on Linux blocks the signal in thread after
/// thread and leaves it blocked when it is cancelled, so that nothing but SIGKILL ends the process afterwards.
///
/// One at a time in a process.
final class StopSignals: Sendable {
    /// Where the handler writes. Touched before the handler is installed, so that the handler initialises nothing.
    private static let writingEnd = Atomic<Int32>(-1)
    private static let signals = [SIGTERM, SIGINT, SIGHUP]
    /// So long after the grace period a process ends that was not able to end itself.
    private static let allowance = Duration.seconds(2)

    private let earlier: [(Int32, sigaction)]

    /// Signals are caught when this returns. Calls `stop` on the first, on a thread of its own.
    /// - Throws: `POSIXError` if the process may not open two more files.
    init(grace: Duration, log: Logger, stop: @escaping @Sendable () -> Void) throws {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EMFILE) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        let readingEnd = ends[0]
        Self.writingEnd.store(ends[1], ordering: .sequentiallyConsistent)
        Thread.detachNewThread {
            Self.watch(readingEnd, grace: grace, log: log, stop: stop)
            Foundation.close(readingEnd)
        }
        earlier = Self.signals.filter { $0 != SIGHUP || !Self.isIgnored($0) }.map { signal in
            var action = sigaction()
            action.__sigaction_handler.sa_handler = { _ in StopSignals.handle() }
            action.sa_flags = SA_RESTART
            var before = sigaction()
            sigaction(signal, &action, &before)
            return (signal, before)
        }
    }

    private static func isIgnored(_ signal: Int32) -> Bool {
        var now = sigaction()
        sigaction(signal, nil, &now)
        return unsafeBitCast(now.__sigaction_handler.sa_handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
    }

    /// Gives the signals back to whoever had them before, usually the system, which ends the process on the next one.
    func close() {
        for (signal, var action) in earlier { sigaction(signal, &action, nil) }
        Foundation.close(Self.writingEnd.exchange(-1, ordering: .sequentiallyConsistent))
    }

    /// Runs inside a signal handler: nothing here may allocate or lock.
    private static func handle() {
        let before = errno
        var byte: UInt8 = 0
        write(writingEnd.load(ordering: .sequentiallyConsistent), &byte, 1)
        errno = before
    }

    /// Returns when the other end is closed.
    private static func watch(_ end: Int32, grace: Duration, log: Logger, stop: () -> Void) {
        guard received(on: end, within: -1) == .signal else { return }
        stop()
        let patience = (grace + allowance) / .milliseconds(1)
        switch received(on: end, within: Int32(clamping: Int(min(patience, 1e9)))) {
        case .closed: return
        case .signal: log.warning("ends at once: a second signal")
        case .nothing: log.error("ends at once: the grace period is over and shared threads are blocked")
        }
        _exit(1)
    }

    private enum Received { case signal, closed, nothing }

    /// - Parameter milliseconds: how long to wait, for ever if below zero.
    private static func received(on end: Int32, within milliseconds: Int32) -> Received {
        var waiting = pollfd(fd: end, events: Int16(POLLIN), revents: 0)
        while true {
            switch poll(&waiting, 1, milliseconds) {
            case 0: return .nothing
            case 1...:
                var byte: UInt8 = 0
                return read(end, &byte, 1) == 1 ? .signal : .closed
            default: continue  // EINTR
            }
        }
    }
}
