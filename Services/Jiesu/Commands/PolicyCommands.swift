import CaseStore
import Foundation
import Policies

/// `jiesu policy check`
enum PolicyCheckCommand: OperatorCommand {
    static let name = "policy check"
    static let synopsis = "FILE ..."
    static let summary = "reads profiles and explains every mistake with file, line and key"
    static let options: [Arguments.Option] = []

    static func run(_ arguments: Arguments) async throws -> Int32 {
        guard !arguments.positional.isEmpty else { throw Arguments.Mistake(message: "FILE is missing") }
        var isWrong = false
        for file in arguments.positional {
            guard let data = FileManager.default.contents(atPath: file) else {
                throw CommandFailure("\(file) cannot be read")
            }
            do throws(Mistakes) {
                let profile = try Profile.read(Array(data), file: file)
                print("\(file): \(profile.policy.version.profile) is in order")
            } catch {
                isWrong = true
                print(error.description)
            }
        }
        return isWrong ? 1 : 0
    }
}

/// `jiesu policy list`
enum PolicyListCommand: OperatorCommand {
    static let name = "policy list"
    static let synopsis = "[--data DIR]"
    static let summary = "the policies in the database, newest version of each, with its line and title"
    static let options = [Reach.option]

    static func run(_ arguments: Arguments) async throws -> Int32 {
        _ = try arguments.positional()
        let rules = try await CaseStore(pool: try Reach(arguments).pool()).rulebook()
        for name in Set(rules.profiles.keys.map(\.profile)).sorted() {
            guard let profile = rules.profile(named: name) else { continue }
            print("\(profile.policy.version.stored)\t\(profile.policy.line ?? "-")\t\(profile.title)")
        }
        return 0
    }
}
