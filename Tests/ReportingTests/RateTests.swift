import Testing

@testable import Reporting

/// Shares at their edges (E-27), and ranks.
struct RateTests {
    @Test(arguments: [
        (Rate(numerator: 7999, denominator: 10_000), "79.99"), (Rate(numerator: 15_999, denominator: 20_000), "79.99"),
        (Rate(numerator: 4, denominator: 5), "80.00"), (Rate(numerator: 9799, denominator: 10_000), "97.99"),
        (Rate(numerator: 2, denominator: 3), "66.66"), (Rate(numerator: 199_999, denominator: 200_000), "99.99"),
        (Rate(numerator: 0, denominator: 7), "0.00"), (Rate(numerator: 1, denominator: 20), "5.00"),
        (Rate(numerator: 1, denominator: 2000), "0.05"), (Rate(numerator: 7, denominator: 7), "100.00"),
    ])
    func isNeverRoundedUp(rate: Rate, percent: String) {
        #expect(rate.percent == percent)
    }

    @Test func anEmptyPopulationIsNoData() {
        #expect(Rate(numerator: 0, denominator: 0).percent == nil)
        #expect(Rate(numerator: 0, denominator: 0).hundredths == nil)
    }

    @Test func whatIsShownReachesAThresholdExactlyIfTheShareDoes() {
        for denominator in 1...300 {
            for numerator in 0...denominator {
                let shown = Rate(numerator: numerator, denominator: denominator).hundredths ?? -1
                for threshold in [50, 60, 80, 98, 100] {
                    let reached = numerator * 100 >= threshold * denominator
                    #expect((shown >= threshold * 100) == reached, "\(numerator)/\(denominator) at \(threshold)")
                }
            }
        }
    }

    @Test func equalSharesShareARankAndTheNextIsAsFarBehind() {
        func rate(_ numerator: Int, _ denominator: Int) -> Rate { Rate(numerator: numerator, denominator: denominator) }
        #expect(Rate.ranks(of: [rate(1, 2), rate(2, 4), rate(3, 4), rate(1, 4)]) == [2, 2, 1, 4])
        #expect(Rate.ranks(of: [rate(0, 0), rate(0, 1), nil, rate(1, 1)]) == [nil, 2, nil, 1])
        #expect(Rate.ranks(of: [rate(3, 3), rate(1, 1), rate(5, 5)]) == [1, 1, 1])
        #expect(Rate.ranks(of: []) == [])
        // Shown alike, and still one is better.
        #expect(Rate.ranks(of: [rate(15_999, 20_000), rate(7999, 10_000)]) == [1, 2])
    }
}

/// What a spreadsheet is given.
struct SpreadsheetTests {
    private func text(_ rows: [[String]]) -> String { String(decoding: Spreadsheet.csv(rows), as: UTF8.self) }

    @Test func chineseTextStaysWhatItIs() {
        let bytes = Spreadsheet.csv([["单位", "市城管局"], ["𠮷", "é"]])
        #expect(bytes.starts(with: [0xEF, 0xBB, 0xBF]))
        #expect(String(decoding: bytes.dropFirst(3), as: UTF8.self) == "单位,市城管局\r\n𠮷,é\r\n")
    }

    @Test func commasQuotesAndLineEndsAreQuoted() {
        #expect(
            text([["a,b", "say \"ja\"", "two\nlines", "two\r\nlines", "x\ry", ""]])
                == "\u{FEFF}\"a,b\",\"say \"\"ja\"\"\",\"two\nlines\",\"two\r\nlines\",\"x\ry\",\r\n")
    }

    @Test(arguments: [
        ("=1+1", "'=1+1"), ("+86", "'+86"), ("-1", "'-1"), ("@SUM(A1)", "'@SUM(A1)"), ("\t=1", "'\t=1"),
        ("=HYPERLINK(\"http://x\",\"y\")", "\"'=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\""),
        ("\r\n=1", "\"'\r\n=1\""), ("\u{FF1D}1", "'\u{FF1D}1"), ("\u{FF0B}1", "'\u{FF0B}1"),
        ("\u{FF0D}1", "'\u{FF0D}1"), ("\u{FF20}A1", "'\u{FF20}A1"), ("=\u{0301}1", "'=\u{0301}1"),
        ("a=1", "a=1"), ("1-2", "1-2"), ("'quoted", "'quoted"),
    ])
    func whatCouldBeAFormulaIsText(field: String, written: String) {
        #expect(text([[field]]) == "\u{FEFF}\(written)\r\n")
    }
}
