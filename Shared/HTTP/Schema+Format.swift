extension Schema.Format {
    /// How it must be written, in Chinese.
    var chinese: String {
        switch self {
        case .dateTime: "带时区的时间,如 2026-03-01T08:30:00+08:00"
        case .date: "日期,如 2026-03-01"
        case .code: "字母、数字、点、下划线或连字符"
        case .word: "以小写字母开头,只有小写字母和下划线"
        case .digits: "数字"
        }
    }

    /// Whether `text` is written so.
    func fits(_ text: String) -> Bool {
        switch self {
        case .dateTime: Self.isDateTime(Array(text.utf8))
        case .date: Self.isDate(Array(text.utf8)[...])
        case .code:
            text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
        case .word:
            text.utf8.first.map { $0 != UInt8(ascii: "_") } == true
                && text.utf8.allSatisfy {
                    $0 == UInt8(ascii: "_") || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0)
                }
        case .digits: text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        }
    }

    private static func isDate(_ text: ArraySlice<UInt8>) -> Bool {
        guard text.count == 10, let year = number(text.prefix(4)), let month = number(text.dropFirst(5).prefix(2)),
            let day = number(text.dropFirst(8)), text[text.startIndex + 4] == UInt8(ascii: "-"),
            text[text.startIndex + 7] == UInt8(ascii: "-")
        else { return false }
        let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let days = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        return (1...12).contains(month) && (1...days[month - 1]).contains(day)
    }

    /// `2026-03-01T08:30:00`, a fraction or none, and `Z` or an offset. A leap second is refused: no clock here shows
    /// one.
    private static func isDateTime(_ text: [UInt8]) -> Bool {
        guard text.count >= 20, isDate(text[..<10]), text[10] | 0x20 == UInt8(ascii: "t"),
            isTime(text[11..<16]), text[16] == UInt8(ascii: ":"), let second = number(text[17..<19]), second < 60
        else { return false }
        var rest = text[19...]
        if rest.first == UInt8(ascii: ".") {
            let fraction = rest.dropFirst().prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
            guard (1...9).contains(fraction.count) else { return false }
            rest = text[fraction.endIndex...]
        }
        if rest.count == 1 { return rest.first! | 0x20 == UInt8(ascii: "z") }
        return rest.count == 6 && (rest.first == UInt8(ascii: "+") || rest.first == UInt8(ascii: "-"))
            && isTime(rest.dropFirst())
    }

    /// `08:30`.
    private static func isTime(_ text: ArraySlice<UInt8>) -> Bool {
        guard text.count == 5, text[text.startIndex + 2] == UInt8(ascii: ":"), let hour = number(text.prefix(2)),
            let minute = number(text.suffix(2))
        else { return false }
        return hour < 24 && minute < 60
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
        digits.reduce(0) { number, digit in
            guard let number, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
            return number * 10 + Int(digit - UInt8(ascii: "0"))
        }
    }
}
