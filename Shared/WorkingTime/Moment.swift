/// A point in time: whole microseconds since 1970-01-01T00:00:00Z, PostgreSQL's own resolution.
///
/// Kept in UTC and shown in China's one time zone. A `Double` of seconds would not survive the way to the database and
/// back, and what is hashed must.
package struct Moment: Hashable, Sendable, Comparable {
    /// Microseconds since 1970 in UTC.
    package let microseconds: Int64

    package init(microseconds: Int64) {
        self.microseconds = microseconds
    }

    package static func < (a: Moment, b: Moment) -> Bool {
        a.microseconds < b.microseconds
    }

    /// The first and the last moment that a date column and ISO 8601 with four digits can hold: years 0001 to 9999.
    package static let bounds =
        Moment(microseconds: -62_135_596_800_000_000)...Moment(microseconds: 253_402_300_799_999_999)

    /// Seconds that China's clocks are ahead of UTC (GB/T 7408 writes +08:00), without summer time since 1992.
    static let offset: Int64 = 8 * 3600

    /// The day it belongs to in China.
    package var day: CivilDay { dayAndSecond(offset: Self.offset).day }

    /// ISO 8601 with offset as shown to people, to the second: `2026-11-22T21:04:12+08:00`.
    package var iso8601: String { "\(text(offset: Self.offset))+08:00" }
    /// As people read it, in the city's time: `2026-11-25 18:05`.
    package var readable: String { String(iso8601.prefix(16)).replacing("T", with: " ") }

    /// RFC 3339 in UTC with microseconds, as on topics: `2026-11-22T13:04:12.000250Z`.
    package var rfc3339: String {
        "\(text(offset: 0)).\(microseconds.divided(by: 1_000_000).remainder.padded(6))Z"
    }

    private func text(offset: Int64) -> String {
        let (day, second) = dayAndSecond(offset: offset)
        return "\(day)T\((second / 3600).padded(2)):\((second / 60 % 60).padded(2)):\((second % 60).padded(2))"
    }

    /// The day and the second of that day, 0 to 86,399, where clocks are `offset` seconds ahead of UTC.
    private func dayAndSecond(offset: Int64) -> (day: CivilDay, second: Int64) {
        let (days, second) = (microseconds.divided(by: 1_000_000).quotient + offset).divided(by: 86_400)
        return (CivilDay(number: Int(days)), second)
    }

    /// Reads ISO 8601 as a person or program writes it: date, `T` or a space, time to the minute, second or fraction,
    /// and `Z`, `+08:00` or nothing, which means China's time. `nil` for anything else and for dates that do not exist.
    package init?(iso8601 text: String) {
        // By hand: a Regex literal is compiled anew at each use, which took a fifth of intake's time.
        var scan = Scan(text)
        guard let year = scan.number(4), scan.one(of: "-") != nil, let month = scan.number(2), scan.one(of: "-") != nil,
            let day = scan.number(2), scan.one(of: "Tt ") != nil, let hour = scan.number(2), scan.one(of: ":") != nil,
            let minute = scan.number(2)
        else { return nil }
        var (second, fraction): (Int64, Int64) = (0, 0)
        if scan.one(of: ":") != nil {
            guard let seconds = scan.number(2) else { return nil }
            second = seconds
            if scan.one(of: ".,") != nil {
                guard let microseconds = scan.microseconds() else { return nil }
                fraction = microseconds
            }
        }
        guard let offset = scan.offset(default: Self.offset), scan.isAtEnd,
            let date = CivilDay(year: Int(year), month: Int(month), day: Int(day)), hour < 24, minute < 60, second < 60
        else { return nil }
        let seconds = Int64(date.number) * 86_400 + hour * 3600 + minute * 60 + second - offset
        microseconds = seconds * 1_000_000 + fraction
    }
}

/// Takes a time's text apart from its front.
private struct Scan {
    private var rest: Substring.UTF8View

    init(_ text: String) { rest = text[...].utf8 }

    var isAtEnd: Bool { rest.isEmpty }

    private mutating func digit() -> Int64? {
        guard let byte = rest.first, (0x30...0x39).contains(byte) else { return nil }
        rest.removeFirst()
        return Int64(byte) - 0x30
    }

    /// So many digits.
    mutating func number(_ digits: Int) -> Int64? {
        var number: Int64 = 0
        for _ in 0..<digits {
            guard let digit = digit() else { return nil }
            number = number * 10 + digit
        }
        return number
    }

    /// The next character if it is one of these.
    mutating func one(of characters: StaticString) -> UInt8? {
        guard let byte = rest.first, characters.withUTF8Buffer({ $0.contains(byte) }) else { return nil }
        rest.removeFirst()
        return byte
    }

    /// One to nine digits of a second's fraction; what is smaller than a microsecond is cut off.
    mutating func microseconds() -> Int64? {
        var (value, count): (Int64, Int64) = (0, 0)
        while let digit = digit() {
            count += 1
            if count <= 6 { value = value * 10 + digit }
        }
        guard (1...9).contains(count) else { return nil }
        while count < 6 {
            value *= 10
            count += 1
        }
        return value
    }

    /// Seconds east of Greenwich; `standard` if none are written, `nil` if they are written wrongly.
    mutating func offset(default standard: Int64) -> Int64? {
        guard let sign = one(of: "Zz+-") else { return standard }
        guard sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") else { return 0 }
        guard let hours = number(2) else { return nil }
        _ = one(of: ":")
        guard let minutes = number(2), hours <= 18, minutes < 60 else { return nil }
        return (hours * 3600 + minutes * 60) * (sign == UInt8(ascii: "-") ? -1 : 1)
    }
}
