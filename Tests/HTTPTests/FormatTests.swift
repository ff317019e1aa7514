import HTTP
import JSON
import Testing

struct FormatTests {
    private func fits(_ format: Schema.Format, _ text: String) -> Bool {
        Schema.string(0...100, format).check(.string(text)).isEmpty
    }

    @Test(arguments: [
        "2026-03-01T08:30:00+08:00", "2026-03-01T08:30:00Z", "2024-02-29T23:59:59.999999999-11:30",
        "2000-02-29t00:00:00z",
    ])
    func `takes times with an offset`(text: String) { #expect(fits(.dateTime, text)) }

    @Test(arguments: [
        "", "2026-03-01", "2026-03-01T08:30:00", "2026-03-01 08:30:00Z", "2026-02-29T00:00:00Z", "1900-02-29T00:00:00Z",
        "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z", "2026-04-31T00:00:00Z", "2026-01-01T24:00:00Z",
        "2026-01-01T00:60:00Z", "2026-01-01T00:00:60Z", "2026-01-01T00:00:00.Z", "2026-01-01T00:00:00.1234567890Z",
        "2026-01-01T00:00:00+8:00", "2026-01-01T00:00:00+08", "2026-01-01T00:00:00+24:00", "2026-01-01T00:00:00Zx",
        "2026-1-1T00:00:00Z", "+026-01-01T00:00:00Z", "2026-01-01T00:00:00.5", "２026-01-01T00:00:00Z",
    ])
    func `refuses what is no time, or one without an offset`(text: String) { #expect(!fits(.dateTime, text)) }

    @Test func `knows dates, codes, words and digits`() {
        #expect(fits(.date, "2024-02-29"))
        #expect(!fits(.date, "2023-02-29"))
        #expect(!fits(.date, "2024/02/29"))
        #expect(fits(.code, "aZ09._-"))
        #expect(!fits(.code, "a b"))
        #expect(!fits(.code, "é"))
        #expect(fits(.word, "handling_a"))
        for text in ["", "_a", "0", "A", "a-b", "aé"] { #expect(!fits(.word, text), "\(text)") }
        #expect(fits(.digits, "0123456789"))
        #expect(!fits(.digits, "１"))
    }
}
