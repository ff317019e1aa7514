import Configuration
import Foundation
import Policies

/// One of `jiesu`'s commands.
protocol OperatorCommand: Sendable {
    /// The words that call it, such as `audit verify`.
    static var name: String { get }
    /// What stands after the name in the usage line.
    static var synopsis: String { get }
    /// One line for the list of commands.
    static var summary: String { get }
    /// More for its own page; empty if the summary says it all.
    static var details: String { get }
    static var options: [Arguments.Option] { get }
    /// - Returns: the exit status.
    static func run(_ arguments: Arguments) async throws -> Int32
}

extension OperatorCommand {
    static var details: String { "" }
    static var usage: String { "usage: jiesu \(name) \(synopsis)".trimmingCharacters(in: .whitespaces) }
}

enum Jiesu {
    /// All commands, in the order of a day's work.
    static let commands: [any OperatorCommand.Type] = [
        UpCommand.self, DemoCommand.self, MigrateCommand.self, TopicsCommand.self, BrokerCommand.self,
        ImportCommand.self,
        TailCommand.self, ReplayCommand.self, AsyncAPICommand.self, ParkedCommand.self, AuditVerifyCommand.self,
        PolicyCheckCommand.self, PolicyListCommand.self,
        OrganisationAddCommand.self, OrganisationRenameCommand.self, OrganisationMergeCommand.self,
        OrganisationDisableCommand.self, OrganisationEnableCommand.self, OrganisationListCommand.self,
        WebhookCommand.self, AccountAddCommand.self,
        AccountListCommand.self,
        AccountDisableCommand.self, AccountEnableCommand.self, AccountPasswordCommand.self, AccountTokenCommand.self,
        AccountTokenListCommand.self, AccountTokenEndCommand.self, AccountDeputyCommand.self,
        AccountDeputyListCommand.self, AccountDeputyEndCommand.self, CalendarDueCommand.self,
        BenchCommand.self,
    ]

    /// Runs what was typed. 0 done, 1 failed, 2 typed wrongly, 3 done but not with all of it.
    static func run(_ typed: [String]) async -> Int32 {
        // `jiesu help up` is `jiesu up --help`.
        let isHelp = typed.first == "help" && typed.count > 1
        let typed = isHelp ? typed.dropFirst() + ["--help"] : typed
        guard let first = typed.first, first != "help", first != "--help", first != "-h" else {
            print(overview)
            return typed.isEmpty ? 2 : 0
        }
        guard
            let command = commands.first(where: { typed.starts(with: $0.name.split(separator: " ").map(String.init)) })
        else {
            let names: [String] = commands.map { $0.name }
            let words = names.contains { $0.hasPrefix("\(first) ") } ? 2 : 1
            let meant = typed.prefix(words).joined(separator: " ")
            complain(
                "there is no command \"\(meant)\"\(Suggestion.text(for: meant, among: names))",
                hint: "`jiesu help` lists them")
            return 2
        }
        let rest = Array(typed.dropFirst(command.name.split(separator: " ").count))
        if rest.contains("--help") || rest.contains("-h") {
            print([command.usage, command.summary, command.details].filter { !$0.isEmpty }.joined(separator: "\n\n"))
            return 0
        }
        do {
            let status = try await command.run(Arguments(rest, options: command.options))
            try StandardOutput.finish()
            return status
        } catch is StandardOutput.Closed {
            return 0
        } catch let mistake as Arguments.Mistake {
            complain(mistake.message, hint: command.usage)
            return 2
        } catch let error as ConfigurationError {
            complain("\(error)")
            return 2
        } catch let failure as CommandFailure {
            complain(failure.message, hint: failure.hint)
            return 1
        } catch {
            complain("\(error)")
            return 1
        }
    }

    private static var overview: String {
        let width = commands.map { ($0.name as String).count }.max()! + 2
        var lines: [String] = []
        for command in commands {
            let name: String = command.name
            lines.append(
                "  \(name)\(String(repeating: " ", count: width - name.count))\(command.summary as String)")
        }
        return """
            jiesu - the operator's command of Jiesu (接诉), a city's complaint line

            \(lines.joined(separator: "\n"))

            `jiesu COMMAND --help` tells more. A command that needs a running suite finds it by --data DIR
            (default: jiesu-data in this folder) or by JIESU_DATABASE_URL and JIESU_KAFKA_BROKERS.
            """
    }

    static func complain(_ message: String, hint: String? = nil) {
        FileHandle.standardError.write(Data("jiesu: \(message)\n".utf8))
        if let hint { FileHandle.standardError.write(Data("       \(hint)\n".utf8)) }
    }
}
