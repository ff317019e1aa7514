import Casework
import Support
import Testing

struct CaseNumberTests {
    @Test func everySingleWrongDigitIsFound() throws {
        for id in [1, 9, 12_345, 999_999_999, 1_000_000_000, 123_456_789_012] as [Int64] {
            let digits = Array(CaseNumber(id: id).description)
            #expect(CaseNumber(String(digits))?.id == id)
            for position in digits.indices {
                for wrong in "0123456789" where wrong != digits[position] {
                    var changed = digits
                    changed[position] = wrong
                    #expect(CaseNumber(String(changed)) == nil, "\(String(changed)) passes for \(String(digits))")
                }
            }
        }
    }

    @Test func itIsReadAsPeopleTypeIt() throws {
        let number = CaseNumber(id: 1234)
        let text = number.description
        #expect(text.count == 10)
        let wide = String(
            String.UnicodeScalarView(text.unicodeScalars.map { Unicode.Scalar($0.value - 0x30 + 0xFF10)! }))
        #expect(CaseNumber(wide) == number)
        #expect(CaseNumber("\(text.prefix(4)) \(text.dropFirst(4).prefix(3))-\(text.dropFirst(7))") == number)
    }

    @Test(arguments: [
        "", "0", "000000000", "abcdefghij", "99999999999999999999999", "-000000011", "00000000011", "１２３",
    ])
    func whatIsNoNumberIsNil(text: String) {
        #expect(CaseNumber(text) == nil)
    }

    @Test func aLeadingZeroTooManyMakesNoSecondNameForACase() {
        let text = CaseNumber(id: 77).description
        for extra in 1...5 { #expect(CaseNumber(String(repeating: "0", count: extra) + text) == nil) }
    }
}

struct QueryCodeTests {
    @Test func itSurvivesItsOwnText() throws {
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<1000 {
            let code = try #require(
                QueryCode(bytes: (0..<10).map { _ in UInt8.random(in: 0...255, using: &generator) }))
            #expect(code.description.count == 19)
            #expect(QueryCode(code.description) == code)
            #expect(QueryCode(code.description.lowercased().replacing("-", with: "").replacing("0", with: "o")) == code)
        }
    }

    @Test(arguments: ["", "0000-0000-0000-000", "0000-0000-0000-0000-0", "UUUU-UUUU-UUUU-UUUU", "查询码"])
    func whatIsNoCodeIsNil(text: String) {
        #expect(QueryCode(text) == nil)
    }
}
