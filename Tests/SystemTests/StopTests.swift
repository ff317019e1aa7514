import Foundation
import Support
import Testing

extension SystemTests {
    @Test(.timeLimit(.minutes(5)))
    func `a suite that is told to stop keeps what it answered and goes on where it was`() async throws {
        try await Self.suite { suite in
            let complaints = try Complaint.samples(400, key: "stop")
            let before = Citizens(port: try suite.port)
            let sending = Task { try await before.send(complaints) }
            try await eventually("a hundred are answered", every: .milliseconds(5)) { before.count >= 100 }
            #expect(try await suite.stop() == 0)
            sending.cancel()
            _ = await sending.result
            #expect(before.count < 400, "it stopped while requests ran")
            #expect(suite.processes().map(\.name) == [])
            #expect(!FileManager.default.fileExists(atPath: suite.folder.appending(path: "suite.json").path))

            try await suite.start()
            let wire = WireLog(suite)
            let reading = Task { try await wire.follow() }
            defer { reading.cancel() }
            let lost = try await Record(suite).states
            #expect(before.receipts.values.filter { lost[$0.caseID] == nil } == [])
            let after = Citizens(port: try suite.port)
            try await after.send(complaints)
            #expect(before.receipts.filter { after.receipts[$0.key] != $0.value } == [:])
            try await suite.waitUntilSettled()
            let record = try await Record(suite)
            try await record.waitUntilArrived(wire)
            #expect(record.faults(answered: after.receipts, complaints: complaints) == [])
            let faultsOfTables = try await record.faultsOfTables()
            #expect(faultsOfTables == [])
            #expect(record.faults(wire: wire.entries) == [])
        }
    }

    @Test(.timeLimit(.minutes(5)))
    func `a folder has one suite, whose parts do not outlive it, and the next one takes over`() async throws {
        try await Self.suite { suite in
            let second = try await suite.jiesu("up", "--port", "0")
            #expect(second.status == 1, "\(second)")
            #expect(second.err.contains("another suite runs with the data folder \(suite.folder.path)"), "\(second)")

            let before = Citizens(port: try suite.port)
            try await before.send((0..<20).map { .lamp("before-\($0)") })
            try await suite.killUp()
            try await eventually("its services have stopped") {
                suite.processes().allSatisfy { $0.name == "postgres" }
            }
            try await suite.start()
            let after = Citizens(port: try suite.port)
            try await after.send((0..<20).map { .lamp("before-\($0)") } + [.lamp("after")])
            #expect(before.receipts.allSatisfy { after.receipts[$0.key] == $0.value })
            try await suite.waitUntilSettled()
            #expect(try await suite.number("SELECT count(*) FROM jiesu.case_file WHERE state = 'dispatched'") == 21)
        }
    }
}
