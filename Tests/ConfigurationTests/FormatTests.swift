import Foundation
import Testing

@testable import Configuration

struct FormatTests {
    @Test(arguments: ["1", "500", "1000"])
    func `a whole number within its range is read`(text: String) {
        #expect(Format.integer(in: 1...1_000).parse(text) == Int(text))
    }

    @Test(arguments: ["0", "1001", "", " 5", "5.0", "1e3", "0x10", "十", "٣", "99999999999999999999", "-1"])
    func `other numbers are refused`(text: String) {
        #expect(Format.integer(in: 1...1_000).parse(text) == nil)
    }

    @Test(arguments: [
        ("500ms", Duration.milliseconds(500)), ("2s", .seconds(2)), ("5m", .seconds(300)), ("1h", .seconds(3_600)),
        ("1d", .seconds(86_400)), ("90m", .seconds(5_400)), ("1500ms", .milliseconds(1_500)),
    ])
    func `a time is a whole number with a unit`(text: String, duration: Duration) {
        #expect(Format.duration(in: .zero ... .seconds(86_400)).parse(text) == duration)
    }

    @Test(arguments: ["5", "s", "-1s", "1.5s", "1 s", "1w", "2d", "9223372036854775807d", "٣s", ""])
    func `other times are refused`(text: String) {
        #expect(Format.duration(in: .zero ... .seconds(86_400)).parse(text) == nil)
    }

    @Test(arguments: [
        (Duration.zero, "0s"), (.milliseconds(50), "50ms"), (.milliseconds(1_500), "1500ms"), (.seconds(90), "90s"),
        (.seconds(120), "2m"), (.seconds(86_400), "1d"),
    ])
    func `a time is written as it can be read`(duration: Duration, text: String) {
        let format = Format.duration(in: .zero ... .seconds(86_400))
        #expect(format.print(duration) == text)
        #expect(format.parse(text) == duration)
    }

    @Test(arguments: [
        ("127.0.0.1:8080", "127.0.0.1", 8080), ("[::1]:0", "::1", 0),
        ("kafka-1.example.cn:9092", "kafka-1.example.cn", 9092),
        ("localhost:65535", "localhost", 65535), ("my_kafka:1", "my_kafka", 1),
    ])
    func `an address is host and port and prints as it was`(text: String, host: String, port: Int) throws {
        let address = try #require(ListenAddress(text))
        #expect(address.host == host)
        #expect(address.port == port)
        #expect(address.description == text)
    }

    @Test(arguments: [
        "8080", ":8080", "localhost", "localhost:", "localhost:65536", "localhost:-1", "localhost:+1", "::1:8080",
        "[::1]",
        "[::g]:80", "[127.0.0.1]:80", "256.0.0.1:80", "1.2.3:80", "a b:80", "http://a:80", "a/b:80", "-a:80", "主机:80",
        "",
    ])
    func `other addresses are refused`(text: String) {
        #expect(ListenAddress(text) == nil)
    }

    @Test func `a file must be there, be a file and be readable`() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appending(path: "ca.pem")
        #expect(Format.readableFile.parse(file.path) == nil)
        try Data().write(to: file)
        #expect(Format.readableFile.parse(file.path) == file.path)
        #expect(Format.readableFile.parse(folder.path) == nil)
    }

    @Test func `a list is refused as a whole for one bad or empty part`() {
        let format = Format.list(of: .integer(in: 0...9), example: "1,2")
        #expect(format.parse("1, 2 ,3") == [1, 2, 3])
        #expect(format.parse("1,,3") == nil)
        #expect(format.parse("1,2,") == nil)
        #expect(format.parse("1,22") == nil)
        #expect(format.parse(Array(repeating: "1", count: 101).joined(separator: ",")) == nil)
    }

    @Test func `text has a length and no control characters`() {
        let format = Format.text(example: "x")
        #expect(format.parse("北京") == "北京")
        #expect(format.parse("a\nb") == nil)
        #expect(format.parse(String(repeating: "x", count: 1_001)) == nil)
    }
}
