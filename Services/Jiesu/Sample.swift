import Casework
import Foundation
import JSON

/// One of the complaints that were written for this project, and what its profile says must become of it.
struct Sample: Sendable {
    /// What is sent; the fields of the public API.
    let complaint: JSONObject
    /// Index of the sample whose number this one quotes as the earlier one.
    let earlier: Int?
    let line: String
    let expected: Expectation

    struct Expectation: Sendable, Equatable {
        let state: String
        let lead: String?
        let helpers: [String]
    }

    /// All that are shipped, in their order.
    static func shipped() throws -> [Sample] {
        guard let file = Bundle.module.url(forResource: "complaints", withExtension: "jsonl", subdirectory: "Samples")
        else {
            throw CommandFailure("the sample complaints are missing beside the program")
        }
        return try Data(contentsOf: file).split(separator: UInt8(ascii: "\n")).enumerated().map { index, line in
            try Sample(JSON.parse([UInt8](line)), line: index + 1)
        }
    }

    /// - Parameter number: line of the file, for the message.
    init(_ json: JSON, line number: Int) throws {
        guard let members = json.object, let expect = json["expect"], let state = expect["state"]?.string else {
            throw CommandFailure("sample \(number) is no sample")
        }
        var complaint = JSONObject()
        for (key, value) in members where key != "expect" && key != "earlier" { complaint[key] = value }
        self.complaint = complaint
        earlier = json["earlier"]?.string.flatMap { Int($0.dropFirst()) }.map { $0 - 1 }
        line = json["line"]?.string ?? "12345"
        expected = Expectation(
            state: state, lead: expect["lead"]?.string,
            helpers: expect["helpers"]?.array?.compactMap(\.string) ?? [])
    }

    /// The request's body, quoting the earlier case if there is one.
    func body(earlier: (number: CaseNumber, code: String)?) -> JSON {
        var body = complaint
        if let earlier {
            body["earlier"] = .string(earlier.number.description)
            body["earlier_code"] = .string(earlier.code)
        }
        return .object(body)
    }
}
