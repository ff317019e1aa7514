import Casework
import Foundation
import HTTP
import JSON
import Support
import Synchronization

/// Citizens who complain over public HTTP, several at a time. Each sends the same request under the same key again until it
/// is answered, as a real client does when the connection breaks or the service is busy.
final class Citizens: Sendable {
    /// What somebody was told.
    struct Receipt: Sendable, Equatable {
        let caseID: Int64
        let code: String
    }

    /// An answer that no repetition can better.
    struct Refused: Error, CustomStringConvertible {
        let description: String
    }

    private let port: Int
    private let clients: Int
    private let pause: ClosedRange<Int>
    private let patience: Duration
    private let answered = Mutex<[String: Receipt]>([:])
    private let repetitions = Atomic<Int>(0)

    /// - Parameters:
    ///   - pause: milliseconds between two complaints of one client.
    ///   - patience: for one complaint, with all repetitions.
    init(port: Int, clients: Int = 8, pause: ClosedRange<Int> = 0...0, patience: Duration = .seconds(120)) {
        self.port = port
        self.clients = clients
        self.pause = pause
        self.patience = patience
    }

    /// What was answered so far, by key.
    var receipts: [String: Receipt] { answered.withLock { $0 } }

    /// How many were answered.
    var count: Int { answered.withLock { $0.count } }

    /// How often something had to be sent again.
    var repeated: Int { repetitions.load(ordering: .relaxed) }

    /// Sends all; returns when each is answered with a number.
    func send(_ complaints: [Complaint]) async throws {
        try await withThrowingTaskGroup { group in
            for first in 0..<clients {
                group.addTask { [self] in
                    let client = Client(port: port)
                    for index in stride(from: first, to: complaints.count, by: clients) {
                        let receipt = try await send(complaints[index], with: client)
                        answered.withLock { $0[complaints[index].key] = receipt }
                        if pause.upperBound > 0 { try await Task.sleep(for: .milliseconds(Int.random(in: pause))) }
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    private func send(_ complaint: Complaint, with client: Client) async throws -> Receipt {
        let deadline = ContinuousClock.now + patience
        var trouble = ""
        while ContinuousClock.now < deadline {
            try Task.checkCancellation()
            do {
                let answer = try await client.send(
                    "POST", "/api/v1/complaints", headers: ["Idempotency-Key": complaint.key], json: complaint.body)
                if answer.status == 201 { return try receipt(answer) }
                trouble = "\(answer.status) \(answer.text)"
                guard answer.status == 503 else { throw Refused(description: "\(complaint.key): \(trouble)") }
            } catch let error as HTTPError where error.isRetriable {
                trouble = "\(error)"
            }
            repetitions.add(1, ordering: .relaxed)
            try await Task.sleep(for: .milliseconds(Int.random(in: 20...200)))
        }
        throw Refused(description: "\(complaint.key) got no answer in \(patience); the last was: \(trouble)")
    }

    private func receipt(_ answer: Client.Answer) throws -> Receipt {
        guard let number = answer.json?["number"]?.string.flatMap(CaseNumber.init),
            let code = answer.json?["code"]?.string
        else { throw Refused(description: "no receipt: \(answer.text)") }
        return Receipt(caseID: number.id, code: code)
    }
}
