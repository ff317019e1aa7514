extension Format where Value == Duration {
    /// A whole number with its unit `ms`, `s`, `m`, `h` or `d`, within `range`.
    package static func duration(in range: ClosedRange<Duration>) -> Format {
        Format(
            expectation: "a time from \(written(range.lowerBound)) to \(written(range.upperBound)) "
                + "(a whole number and ms, s, m, h or d)",
            example: written(range.lowerBound), placeholder: range.lowerBound,
            parse: { text in read(text).flatMap { range.contains($0) ? $0 : nil } }, print: { written($0) })
    }

    private static let units: [(name: String, milliseconds: Int64)] = [
        ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1),
    ]

    private static func read(_ text: String) -> Duration? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        let unit = text.dropFirst(digits.count)
        guard let number = Int64(digits), let unit = units.first(where: { $0.name == unit }) else { return nil }
        let (milliseconds, overflow) = number.multipliedReportingOverflow(by: unit.milliseconds)
        return overflow ? nil : .milliseconds(milliseconds)
    }

    /// In the largest unit that leaves no rest; what is finer than a millisecond is not written.
    private static func written(_ duration: Duration) -> String {
        let (seconds, rest) = duration.components
        let milliseconds = seconds * 1_000 + rest / 1_000_000_000_000_000
        let unit = units.first { milliseconds % $0.milliseconds == 0 && milliseconds != 0 } ?? units[3]
        return "\(milliseconds / unit.milliseconds)\(unit.name)"
    }
}
