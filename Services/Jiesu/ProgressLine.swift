@preconcurrency import Foundation  // for `stdout`, which C declares as a variable

/// One line that says how far something is: rewritten in place on a terminal, printed plainly and rarely without one.
final class ProgressLine {
    private let isTerminal = isatty(STDOUT_FILENO) == 1
    private let isQuiet: Bool
    private var last = ContinuousClock.Instant?.none
    private var isOpen = false

    /// - Parameter isQuiet: shows nothing at all.
    init(isQuiet: Bool = false) {
        self.isQuiet = isQuiet
    }

    func show(_ text: String) {
        guard !isQuiet else { return }
        let pause: Duration = isTerminal ? .milliseconds(100) : .seconds(2)
        if let last, ContinuousClock.now - last < pause { return }
        last = .now
        write(isTerminal ? "\r\u{1B}[2K\(text)" : "\(text)\n")
        isOpen = isTerminal
    }

    /// Prints a line that stays, above the one that moves.
    func print(_ text: String) {
        guard !isQuiet else { return }
        write(isOpen ? "\r\u{1B}[2K\(text)\n" : "\(text)\n")
        isOpen = false
    }

    /// Ends the line, so that what follows stands below it.
    func end() {
        if isOpen { write("\n") }
        isOpen = false
        last = nil
    }

    private func write(_ text: String) {
        // That nobody reads it any more is told at the end, with the rest.
        fputs(text, stdout)
        fflush(stdout)
    }
}
