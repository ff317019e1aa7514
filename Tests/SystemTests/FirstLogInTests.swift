import Foundation
import Support
import Testing

extension SystemTests {
    @Test(.timeLimit(.minutes(5)))
    func `the first start prints an administrator's log-in, and no later one does`() async throws {
        try await Self.suite { suite in
            func printed() throws -> [Substring] {
                try String(contentsOf: suite.folder.appending(path: "log/up.log"), encoding: .utf8)
                    .split(separator: "\n").filter { $0.hasPrefix("log-in ") }
            }
            let line = try #require(try printed().first)
            let match = try #require(
                line.wholeMatch(of: /log-in +admin, password ([2-9a-z-]{24})   \(shown this once\)/))
            #expect(try await suite.number("SELECT count(*) FROM jiesu.log_in('admin', \(String(match.1)))") == 1)
            let list = try await suite.jiesu("account", "list")
            #expect(list.out == "admin\t-\tadmin\tactive\t系统管理员\n", "\(list)")
            #expect(try await suite.stop() == 0)
            try await suite.start()
            #expect(try printed().count == 1)
        }
    }
}
