import Foundation
import HTTP
import Support
import Testing

extension SystemTests {
    private static let isPythonThere = BuiltProgram.pythonPackages != nil

    /// Whatever a document allows or forbids is sent: thousands of requests with a fixed seed, to all services at once.
    @Test(.enabled(if: isPythonThere), .timeLimit(.minutes(10)))
    func `schemathesis finds no fault in any service that it knows by its OpenAPI document alone`() async throws {
        try await Self.suite(desks: [Insiders.organisation]) { suite in
            let insiders = try await Insiders(suite)
            let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "judge.py")
            let judge = try String(contentsOf: script, encoding: .utf8)
            try await withThrowingTaskGroup(of: (part: String, verdict: BuiltProgram.Output).self) { group in
                for part in Set(Insiders.sites.map(\.0)).union(["classification", "deadlines"]) {
                    let (address, logIn) = (try await insiders.address(of: part), insiders.logIn(at: part))
                    let arguments = [address, logIn.token, logIn.formToken, insiders.number]
                    group.addTask { (part, try await BuiltProgram.python(judge, arguments)) }
                }
                for try await (part, verdict) in group {
                    #expect(verdict.status == 0, "\(part): \(verdict)")
                    #expect(verdict.out.contains("generated"), "\(part): \(verdict)")
                }
            }
            for (part, home) in [("routing", "/dispatch"), (Insiders.desk, "/desk")] {
                let headers: Headers = ["Cookie": "jiesu=\(insiders.logIn(at: part).token)"]
                let list = try await Client(port: try await suite.port(of: part))
                    .send("GET", home + "/cases", headers: headers)
                #expect(list.status == 200, "what was sent was sent by somebody who was logged in to the end")
            }
        }
    }
}
