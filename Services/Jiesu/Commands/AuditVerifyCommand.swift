import Casework
import CaseStore
import Foundation

/// `jiesu audit verify`
enum AuditVerifyCommand: OperatorCommand {
    static let name = "audit verify"
    static let synopsis = "[--case NUMBER] [--data DIR]"
    static let summary =
        "checks every hash chain; names the first broken row of each broken one; exit 1 if there is any"
    static let options = [Reach.option, .value("case")]

    static func run(_ arguments: Arguments) async throws -> Int32 {
        _ = try arguments.positional()
        var only: Int64?
        if let text = arguments.text("case") {
            guard let number = CaseNumber(text) else {
                throw Arguments.Mistake(message: "\"\(text)\" is no case number")
            }
            only = number.id
        }
        let report = try await Audit.verify(case: only, pool: try Reach(arguments).pool())
        for broken in report.broken {
            print("case \(CaseNumber(id: broken.caseID)) is broken at version \(broken.version): \(broken.fault)")
        }
        print("\(report.chains) chains, \(report.events) events, \(report.broken.count) broken")
        if only != nil, report.chains == 0 { throw CommandFailure("there is no such case") }
        return report.broken.isEmpty ? 0 : 1
    }
}
