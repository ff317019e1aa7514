import Foundation
import Testing

@testable import Telemetry

struct LoggerTests {
    private let captured = Captured()

    @Test func `a line is one JSON object that says when, how bad, who and what`() throws {
        let before = Date.now
        captured.logger(service: "routing").warning("batch waits", ["attempt": 3])
        let line = try #require(try captured.last())
        #expect(line["level"] as? String == "warning")
        #expect(line["service"] as? String == "routing")
        #expect(line["message"] as? String == "batch waits")
        #expect(line["attempt"] as? Int == 3)
        let at = try #require(line["at"] as? String)
        let moment = try Date(at, strategy: .iso8601.year().month().day().time(includingFractionalSeconds: true))
        #expect(abs(moment.timeIntervalSince(before)) < 60)
        #expect(at.count == "2026-03-01T08:00:00.000Z".count)
    }

    @Test(arguments: [
        "say \"hello\"", "back\\slash", "two\nlines", "return\rtab\t", "\u{0}\u{1}\u{8}\u{c}\u{1f}\u{7f}",
        "区政府 👷🏽 é\u{301}", "\u{2028}\u{2029}", "</script>", "",
    ])
    func `any text comes back from the line as it went in`(text: String) throws {
        captured.logger(service: text).info("said", ["text": text])
        let line = try #require(try captured.last())
        #expect(line["text"] as? String == text)
        #expect(line["service"] as? String == text)
        #expect(captured.lines.last?.contains("\n") == false)
    }

    @Test func `numbers, truth and nothing keep their type`() throws {
        captured.logger().info(
            "facts",
            [
                "int": -5, "big": UInt64.max, "small": Int8(-8), "half": 0.5, "none": Int?.none, "some": Int?.some(7),
                "wait": Duration?.some(.seconds(2)), "yes": true, "nan": Double.nan,
            ])
        let line = try #require(captured.lines.last)
        #expect(
            line.hasSuffix(
                #""int":-5,"big":18446744073709551615,"small":-8,"half":0.5,"none":null,"some":7,"#
                    + #""wait":"2.0 seconds","yes":true,"nan":"nan"}"#))
        _ = try captured.last()
    }

    @Test(arguments: Logger.Level.allCases)
    func `what lies below the level is dropped, the rest is written`(level: Logger.Level) {
        let logger = captured.logger(level: level)
        logger.debug("d")
        logger.info("i")
        logger.warning("w")
        logger.error("e")
        #expect(captured.lines.count == Logger.Level.allCases.count { $0 >= level })
    }

    @Test func `levels rise from debug to error`() {
        #expect(Logger.Level.allCases.sorted() == [.debug, .info, .warning, .error])
    }

    @Test func `facts of a dropped debug line are not gathered`() {
        var gathered = 0
        func fact() -> Int {
            gathered += 1
            return gathered
        }
        captured.logger().debug("quiet", ["fact": fact()])
        #expect(gathered == 0)
        captured.logger(level: .debug).debug("loud", ["fact": fact()])
        #expect(gathered == 1)
    }

    @Test func `a long text is cut between characters`() throws {
        captured.logger().info("long", ["text": String(repeating: "诉", count: 100_000)])
        let text = try #require(try captured.last()?["text"] as? String)
        #expect(text == String(repeating: "诉", count: LogLine.longestText / 3) + "…")
    }

    @Test func `lines of many threads do not mix`() async throws {
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        let (reading, writing) = (FileHandle(fileDescriptor: ends[0], closeOnDealloc: true), ends[1])
        let text = String(repeating: "x", count: 1_900)
        // Read on a thread of its own: the writers may hold every shared one while the pipe is full.
        async let all = withCheckedContinuation { done in
            DispatchQueue.global().async { done.resume(returning: try? reading.readToEnd()) }
        }
        await withTaskGroup { group in
            for writer in 0..<8 {
                group.addTask {
                    let logger = Logger(service: "test") { Logger.write($0, to: writing) }
                    // Longer than a pipe takes at once, so that the lock is needed.
                    for _ in 0..<50 { logger.info("line", ["writer": writer, "a": text, "b": text, "c": text]) }
                }
            }
        }
        close(writing)
        let lines = try #require(await all).split(separator: UInt8(ascii: "\n"))
        #expect(lines.count == 400)
        for line in lines { _ = try JSONSerialization.jsonObject(with: line) }
    }

    @Test func `a closed standard error costs the line, not the service`() throws {
        Logger.write("nobody reads this", to: -1)
    }
}
