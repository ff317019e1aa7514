/// How long somebody may take (时限), as the rules of a scheme write it: an amount and its unit.
///
/// Units are never converted into one another (R-DL-02, K-08), so limits have no order: which of two ends first
/// depends on when they begin.
package struct Limit: Hashable, Sendable {
    /// The raw value is what follows the amount in the text form; of the last two it is the whole text.
    package enum Unit: String, Sendable, CaseIterable {
        /// 分钟, by the clock, day and night.
        case minute = "min"
        /// 小时, by the clock, day and night.
        case hour = "h"
        /// 日, 天.
        case calendarDay = "cd"
        /// 工作日.
        case workingDay = "wd"
        /// 当日, until midnight of the day (R-DL-37).
        case sameDay = "sameday"
        /// 立即, 当时, 即时.
        case now

        /// Whether an amount belongs to it.
        package var isCounted: Bool { self != .sameDay && self != .now }
    }

    /// In `amounts`; 0 for `sameDay` and `now`.
    package let amount: Int
    package let unit: Unit

    /// What a limit may amount to. No scheme has more than 60 of anything; the bound keeps arithmetic in range.
    package static let amounts = 1...10_000

    package static let sameDay = Limit(amount: 0, unit: .sameDay)
    package static let now = Limit(amount: 0, unit: .now)

    /// `nil` outside of `amounts`, and for a unit that takes no amount.
    package init?(_ amount: Int, _ unit: Unit) {
        guard unit.isCounted, Self.amounts.contains(amount) else { return nil }
        self.init(amount: amount, unit: unit)
    }

    private init(amount: Int, unit: Unit) {
        self.amount = amount
        self.unit = unit
    }
}

/// The text form of the catalogue: `10min`, `24h`, `5cd`, `15wd`, `sameday`, `now`.
extension Limit: LosslessStringConvertible {
    /// What a text must be, for whoever wrote another.
    package static let expectation =
        "10min, 24h, 5cd (calendar days), 15wd (working days), sameday or now; at most \(amounts.upperBound) of a unit"

    package var description: String { unit.isCounted ? "\(amount)\(unit.rawValue)" : unit.rawValue }

    /// Written just so: no spaces, no sign, no zero in front. `nil` for anything else.
    package init?(_ text: String) {
        let digits = text.utf8.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        guard let unit = Unit(rawValue: String(text[digits.endIndex...])) else { return nil }
        guard unit.isCounted else {
            guard digits.isEmpty else { return nil }
            self.init(amount: 0, unit: unit)
            return
        }
        guard digits.first != UInt8(ascii: "0"), let amount = digits.decimal else { return nil }
        self.init(amount, unit)
    }
}

/// As its text.
extension Limit: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let limit = Limit(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "no limit; expected \(Limit.expectation)")
        }
        self = limit
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
