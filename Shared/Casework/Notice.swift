/// What complainants are told of what happens to their cases (告知): read from `notices.json`, since every city words it otherwise.
package struct NoticeBook: Sendable, Equatable {
    /// Ordered; the first that fits what one command did is sent, so nobody gets two messages of one thing.
    package var kinds: [NoticeKind]
    /// After the first, second … try that failed, wait so many minutes; when there are no more, the notice has failed.
    package var retryMinutes: [Int]
    /// Hours within which the provider must report the delivery, where it reports at all.
    package var reportHours: Int
    /// Roles of who sees what was not delivered, and has it sent again.
    package var watchers: Set<String>

    package init(kinds: [NoticeKind], retryMinutes: [Int], reportHours: Int, watchers: Set<String>) {
        self.kinds = kinds
        self.retryMinutes = retryMinutes
        self.reportHours = reportHours
        self.watchers = watchers
    }

    package subscript(name: String) -> NoticeKind? { kinds.first { $0.name == name } }

    /// What the complainant is owed of what one command did: the kind, and the last of the events that it speaks of.
    ///
    /// Nothing for who is anonymous, or gave no name or no way to be reached (E-24).
    /// - Parameters:
    ///   - file: the case after the events.
    ///   - running: the clocks that run after them, with the marks that end each.
    package func owed(
        for events: [Event], of file: Case, running: () throws -> [Set<String>]
    ) rethrows -> (kind: NoticeKind, event: Int)? {
        guard file.isContactable else { return nil }
        let words = events.map { $0.noticeWord(of: file) }
        let said = Set(words.compactMap(\.self))
        guard !said.isEmpty else { return nil }
        for kind in kinds where kind.on.isSubset(of: said) {
            if kind.onlyOwed {
                let marks = kind.tells.map { Mark.informed($0).code }
                guard try running().contains(where: { !$0.isDisjoint(with: marks) }) else { continue }
            }
            guard let event = words.lastIndex(where: { $0.map(kind.on.contains) ?? false }) else { continue }
            return (kind, event)
        }
        return nil
    }
}

/// One message to complainants.
package struct NoticeKind: Sendable, Equatable {
    /// Name in the table `notice`.
    package var name: String
    package var title: String
    /// What one command must have done, all of it: some of `words`.
    package var on: Set<String>
    /// Only where a limit runs that ends when the complainant is told this.
    package var onlyOwed: Bool
    /// What whoever gets the message has been told: each becomes an event `informed` once there is proof.
    package var tells: [Informed.What]
    package var text: NoticeText

    package init(
        name: String, title: String, on: Set<String>, onlyOwed: Bool = false, tells: [Informed.What], text: NoticeText
    ) {
        self.name = name
        self.title = title
        self.on = on
        self.onlyOwed = onlyOwed
        self.tells = tells
        self.text = text
    }

    /// All that `on` may name.
    package static let words = [
        "registered", "accepted", "dispatched", "redirected", "refused", "signed:lead", "extension_granted",
        "replied:complainant", "called_back:not_reached", "closed", "reopened", "withdrawn",
    ]
}

extension Event {
    /// The word by which a notice speaks of it; `nil`: none does. What only the centre is told, or only a helper did, is no word.
    func noticeWord(of file: Case) -> String? {
        switch self {
        case .registered, .accepted, .dispatched, .redirected, .refused, .extensionGranted, .closed, .reopened,
            .withdrawn:
            kind.rawValue
        case .signed(let signed): signed.organisation == file.lead ? "signed:lead" : nil
        case .replied(let reply): reply.to == .complainant ? "replied:complainant" : nil
        case .calledBack(let call): call.outcome == .notReached ? "called_back:not_reached" : nil
        case .corrected, .classified, .judgementRequested, .handedOver, .linked, .repeated, .submitted, .instructed,
            .returned,
            .disputed,
            .contacted, .visited, .noted, .informed, .extensionAsked, .extensionRefused, .limitSet, .rated, .warned,
            .targetPassed, .missed, .escalated, .supervised, .supervisionAnswered, .supervisionReviewed:
            nil
        }
    }
}

/// The words of a message, with values in braces: `编号{number}[，查询码{code}]`. What stands in brackets is left out where one of its
/// values is not known. No value is anything that the complainant, or anybody who works on the case, typed.
package struct NoticeText: Sendable, Equatable {
    package enum Value: String, Sendable, CaseIterable {
        /// The case's.
        case number
        /// What opens the case together with the number.
        case code
        /// Where to look it up.
        case url
        /// Who leads.
        case organisation
        /// Until when.
        case due
        /// Why: a sentence of the policy, or a code's title.
        case reason
        /// Where to go instead.
        case to
    }

    enum Piece: Sendable, Equatable {
        case words(String)
        case value(Value)
        case optional([Piece])
    }

    private let pieces: [Piece]

    /// Why a text is none.
    package struct Fault: Error, Equatable {
        package let message: String
    }

    package init(_ text: String) throws(Fault) {
        var rest = text[...]
        pieces = try Self.pieces(&rest, isInner: false)
    }

    private static func pieces(_ rest: inout Substring, isInner: Bool) throws(Fault) -> [Piece] {
        var pieces: [Piece] = []
        while let first = rest.first {
            switch first {
            case "{":
                guard let end = rest.firstIndex(of: "}") else { throw Fault(message: "a { without its }") }
                let name = rest[rest.index(after: rest.startIndex)..<end]
                guard let value = Value(rawValue: String(name)) else {
                    let known = Value.allCases.map(\.rawValue).joined(separator: ", ")
                    throw Fault(message: "unknown value {\(name.prefix(40))}; there are \(known)")
                }
                pieces.append(.value(value))
                rest = rest[rest.index(after: end)...]
            case "[":
                guard !isInner else { throw Fault(message: "brackets within brackets") }
                rest.removeFirst()
                pieces.append(.optional(try Self.pieces(&rest, isInner: true)))
                guard rest.first == "]" else { throw Fault(message: "a [ without its ]") }
                rest.removeFirst()
            case "]":
                guard isInner else { throw Fault(message: "a ] without its [") }
                return pieces
            case "}": throw Fault(message: "a } without its {")
            default:
                let words = rest.prefix { !"{}[]".contains($0) }
                pieces.append(.words(String(words)))
                rest = rest[words.endIndex...]
            }
        }
        return pieces
    }

    /// The message; `nil` if a value is not known without which it says nothing.
    package func filled(_ values: [Value: String]) -> String? { Self.filled(pieces, values) }

    private static func filled(_ pieces: [Piece], _ values: [Value: String]) -> String? {
        var text = ""
        for piece in pieces {
            switch piece {
            case .words(let words): text += words
            case .value(let value):
                guard let known = values[value], !known.isEmpty else { return nil }
                text += known
            case .optional(let inner): text += filled(inner, values) ?? ""
            }
        }
        return text
    }
}
