import Foundation

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

    /// China has used one zone without summer time since 1991 (GB/T 7408 writes it +08:00).
    private static let offset: Int64 = 8 * 3600

    /// ISO 8601 with offset as shown to people, to the second: `2026-11-22T21:04:12+08:00`.
    package var iso8601: String {
        let parts = Civil(secondsSinceEpoch: wholeSeconds + Self.offset)
        return "\(parts.text)+08:00"
    }

    /// RFC 3339 in UTC with microseconds, as on topics: `2026-11-22T13:04:12.000250Z`.
    package var rfc3339: String {
        let rest = microseconds - wholeSeconds * 1_000_000
        return "\(Civil(secondsSinceEpoch: wholeSeconds).text).\(Civil.padded(rest, 6))Z"
    }

    private var wholeSeconds: Int64 {
        microseconds >= 0 ? microseconds / 1_000_000 : (microseconds - 999_999) / 1_000_000
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
            let civil = Civil(year: year, month: month, day: day, hour: hour, minute: minute, second: second)
        else { return nil }
        microseconds = (civil.secondsSinceEpoch - offset) * 1_000_000 + fraction
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

/// A date and a time of day in no particular zone, proleptic Gregorian.
private struct Civil {
    var year, month, day, hour, minute, second: Int64

    init?(year: Int64, month: Int64, day: Int64, hour: Int64, minute: Int64, second: Int64) {
        let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let lengths: [Int64] = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        guard year >= 1, (1...12).contains(month), day >= 1, day <= lengths[Int(month) - 1], hour < 24, minute < 60,
            second < 60
        else { return nil }
        (self.year, self.month, self.day) = (year, month, day)
        (self.hour, self.minute, self.second) = (hour, minute, second)
    }

    /// Days to civil date by Howard Hinnant's `civil_from_days`: eras of 400 years that begin on 1 March.
    init(secondsSinceEpoch seconds: Int64) {
        let days = Self.floorDivide(seconds, 86_400)
        let time = seconds - days * 86_400
        let shifted = days + 719_468
        let era = Self.floorDivide(shifted, 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        (hour, minute, second) = (time / 3600, time / 60 % 60, time % 60)
    }

    var secondsSinceEpoch: Int64 {
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = Self.floorDivide(shiftedYear, 400)
        let yearOfEra = shiftedYear - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return (era * 146_097 + dayOfEra - 719_468) * 86_400 + hour * 3600 + minute * 60 + second
    }

    var text: String {
        "\(Self.padded(year, 4))-\(Self.padded(month, 2))-\(Self.padded(day, 2))"
            + "T\(Self.padded(hour, 2)):\(Self.padded(minute, 2)):\(Self.padded(second, 2))"
    }

    static func padded(_ number: Int64, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }

    private static func floorDivide(_ a: Int64, _ b: Int64) -> Int64 {
        a >= 0 ? a / b : -((-a + b - 1) / b)
    }
}
