/// The time of day at which a limit ends on its last day (截止时刻): whole minutes, 00:01 to 24:00.
package struct CutOff: Hashable, Sendable {
    /// After the midnight with which the day begins, 1 to 1440.
    package let minutes: Int

    /// 24:00, the end of the day.
    package static let midnight = CutOff(minutes: 1440)

    private init(minutes: Int) {
        self.minutes = minutes
    }
}

extension CutOff: LosslessStringConvertible {
    /// What a text must be, for whoever wrote another.
    package static let expectation = "a time of day from 00:01 to 24:00, such as 17:30"

    package var description: String { "\((minutes / 60).padded(2)):\((minutes % 60).padded(2))" }

    /// Reads `17:30`, written just so; `nil` for anything else, and for 00:00, which would end a limit before its last day.
    package init?(_ text: String) {
        let bytes = [UInt8](text.utf8.prefix(6))
        guard bytes.count == 5, bytes[2] == UInt8(ascii: ":"), let hours = bytes[0..<2].decimal,
            let minutes = bytes[3..<5].decimal, minutes < 60, (1...1440).contains(hours * 60 + minutes)
        else { return nil }
        self.init(minutes: hours * 60 + minutes)
    }
}

extension CivilDay {
    /// The last moment before the cut-off on this day in China: 23:59:59.999999 for 24:00. For days of `Moment.bounds`.
    package func last(before cutOff: CutOff) -> Moment {
        let minutes = Int64(number) * 1440 + Int64(cutOff.minutes) - Moment.offset / 60
        return Moment(microseconds: minutes * 60_000_000 - 1)
    }

    /// 00:00 of this day in China. For days of `Moment.bounds`.
    package var start: Moment { Moment(microseconds: (Int64(number) * 86_400 - Moment.offset) * 1_000_000) }
}
