import Foundation
import Testing
import WorkingTime

@Suite struct LimitTests {
    @Test(arguments: [
        ("10min", 10, Limit.Unit.minute), ("24h", 24, .hour), ("5cd", 5, .calendarDay), ("15wd", 15, .workingDay),
        ("10000wd", 10_000, .workingDay), ("1min", 1, .minute), ("sameday", 0, .sameDay), ("now", 0, .now),
    ])
    func `a limit is read and printed as the catalogue writes it`(text: String, amount: Int, unit: Limit.Unit) throws {
        let limit = try limit(text)
        #expect(limit.amount == amount && limit.unit == unit)
        #expect(limit.description == text)
    }

    @Test(arguments: [
        "", "5", "wd", "0wd", "05wd", "-5wd", "+5wd", "5 wd", " 5wd", "5wd ", "5WD", "5d", "5wdx", "5.5h", "1e3h",
        "10001wd", "9999999999wd", "99999999999999999999999999wd", "5sameday", "0now", "NOW", "5工作日", "５wd", "٥wd",
        "5wd\u{0}", "5w\u{301}d", String(repeating: "9", count: 100_000) + "h", String(repeating: "wd", count: 50_000),
    ])
    func `what is no limit written just so is nil`(text: String) { #expect(Limit(text) == nil) }

    @Test func `every amount of every unit survives its own text, and JSON`() throws {
        for unit in Limit.Unit.allCases where unit.isCounted {
            for amount in Limit.amounts {
                let limit = try limit(amount, unit)
                try #require(Limit(limit.description) == limit)
            }
            #expect(Limit(0, unit) == nil && Limit(10_001, unit) == nil && Limit(.min, unit) == nil)
        }
        #expect(Limit(3, .sameDay) == nil && Limit(1, .now) == nil)
        let limits = ["10min", "24h", "5cd", "15wd", "sameday", "now"].compactMap { Limit($0) }
        let json = try JSONEncoder().encode(limits)
        #expect(String(decoding: json, as: UTF8.self) == #"["10min","24h","5cd","15wd","sameday","now"]"#)
        #expect(try JSONDecoder().decode([Limit].self, from: json) == limits)
    }

    @Test func `JSON that holds no limit is refused with what was expected`() throws {
        let error = #expect(throws: DecodingError.self) {
            try JSONDecoder().decode([Limit].self, from: Data(#"["5d"]"#.utf8))
        }
        #expect(error.map { "\($0)".contains("10min, 24h, 5cd") } == true)
        #expect(throws: DecodingError.self) { try JSONDecoder().decode([Limit].self, from: Data("[5]".utf8)) }
    }

    @Test func `the same amount of another unit is another limit`() {
        // 004-08 and 004-09 write 30 of each (K-08).
        #expect(Limit("30cd") != Limit("30wd"))
        #expect(Limit("1cd") != Limit("24h"))
    }

    @Test(arguments: ["00:01", "09:30", "17:30", "23:59", "24:00"])
    func `a cut-off survives its own text`(text: String) {
        #expect(CutOff(text)?.description == text)
    }

    @Test(arguments: [
        "", "00:00", "24:01", "25:00", "17:60", "17.30", "9:30", "17:3", "17:30:00", "-1:30", "１７:30", "noon",
    ])
    func `what is no cut-off is nil`(text: String) { #expect(CutOff(text) == nil) }
}
