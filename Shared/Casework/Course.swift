import WorkingTime

/// Something that starts or ends a clock.
package enum Mark: Hashable, Sendable {
    case event(Event.Kind)
    case informed(Informed.What)

    /// As it stands in profiles and in a case's course: `replied`, `informed:result`.
    package var code: String {
        switch self {
        case .event(let kind): kind.rawValue
        case .informed(let what): "informed:\(what.rawValue)"
        }
    }

    /// All that a profile may name.
    package static let codes = Event.Kind.allCases.map(\.rawValue) + Informed.What.allCases.map { "informed:\($0)" }
}

/// What only the rules need to know of a case's life, kept as one document beside the row's columns. Times are
/// microseconds since 1970.
package struct Course: Sendable, Equatable {
    /// When each mark was last set: in this round, or, of registration and acceptance, ever.
    package var marks: [String: Int64] = [:]
    package var source: String?
    package var isContactable = false
    /// Organisations that signed in this round.
    package var signed: [String] = []
    /// Returns in this round.
    package var returns = 0
    /// Which decider of a dispute is asked, from 0; `nil`: none was asked yet.
    package var dispute: Int?
    /// The organisation that leads because a dispute was decided so; it may not return the case, in later rounds neither.
    package var bound: String?
    package var asked: ExtensionAsked?
    /// Ends set by hand and by extensions, by the clock's key.
    package var ends: [String: Int64] = [:]
    package var extensions: [String: Int] = [:]
    /// Steps that were fired in this round, by the clock's key.
    package var fired: [String: [Int]] = [:]
    /// Clocks whose limit was missed, ever: an extension never takes that away (R-DL-57).
    package var missed: [String] = []
    package var reply: Replied?
    /// What came of calling back in this round, by who calls (`Callback.Caller`).
    package var calls: [String: Calls] = [:]
    package var rated: Rated?
    /// Complaints about this matter, this one counted.
    package var complaints = 1
    package var orders: [Order] = []

    /// A supervision order (督办单).
    package struct Order: Codable, Sendable, Equatable {
        static let rule = "supervision:"

        /// What its clock is called.
        var clock: String { "\(Self.rule)\(number)" }

        package var number: Int
        package var trigger: String
        package var round: Int
        package var due: Int64
        package var isAnswered = false
        package var isEnded = false
        /// It was waived: as if it had not been.
        package var isWaived: Bool?
    }

    /// The callbacks of one caller in one round.
    package struct Calls: Codable, Sendable, Equatable {
        package var attempts = 0
        /// When the last one was tried.
        package var last: Int64?
        /// Reached or declined: need not be called again.
        package var isDone = false
    }

    package init() {}

    /// Whether the clock's limit was missed in this round; another round has its own.
    func isLate(_ key: String) -> Bool { fired[key]?.contains(Clock.limitStep) ?? false }

    /// Orders to supervise that still run.
    package var running: [Order] { orders.filter { !$0.isEnded } }
    /// When the first of them must be answered, in microseconds since 1970.
    package var supervisedUntil: Int64? { running.map(\.due).min() }

    /// Whether an order to supervise was given in a round, and not waived.
    func isSupervised(in round: Int) -> Bool { orders.contains { $0.round == round && $0.isWaived != true } }

    /// What came of the callbacks of one caller in this round.
    package func calls(by caller: Callback.Caller) -> Calls { calls[caller.rawValue] ?? Calls() }

    /// Forgets what belongs to one round.
    mutating func beginRound() {
        let lasting = [Mark.event(.registered), .event(.accepted)].map(\.code)
        marks = marks.filter { lasting.contains($0.key) }
        signed = []
        returns = 0
        dispute = nil
        asked = nil
        ends = [:]
        extensions = [:]
        // An order to supervise goes on, and its limit is missed once.
        fired = fired.filter { $0.key.contains("/\(Order.rule)") }
        reply = nil
        calls = [:]
        rated = nil
    }
}

/// The name of a clock within a case: profile and rule.
package func clockKey(_ profile: String, _ rule: String) -> String { "\(profile)/\(rule)" }
