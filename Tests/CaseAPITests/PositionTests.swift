import Testing

@testable import Desk

struct PositionTests {
    @Test(arguments: ["1:1:", "700:700:", "700:712:700,705,711", "9223372036854775807:9223372036854775807:"])
    func `what PostgreSQL writes is taken`(text: String) {
        #expect(Position(text)?.text == text)
    }

    @Test(arguments: [
        "", ":", "::", "1:1", "0:1:", "2:1:", "1:2:2", "5:9:4", "5:9:7,6", "5:9:6,6", "5:9:6,", "5:9:,6", "+5:9:",
        " 5:9:", "5:9: 6", "5:9:6:", "9223372036854775808:9223372036854775808:", "5:9:６", "1:1:'",
    ])
    func `what it would not write is not`(text: String) {
        #expect(Position(text) == nil)
    }
}
