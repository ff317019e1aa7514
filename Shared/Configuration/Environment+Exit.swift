import Foundation

extension Environment {
    /// Settings of this process, for `main`. With `--help` it prints what can be set and ends the process with 0;
    /// after a mistake it prints all of them to standard error and ends the process with 2, which tells a supervisor
    /// that another start would not help.
    package static func orExit<Settings>(
        program: String, arguments: [String] = Array(CommandLine.arguments.dropFirst()),
        variables: [String: String] = ProcessInfo.processInfo.environment,
        _ body: (inout Environment) -> Settings
    ) -> Settings {
        if arguments.contains("--help") || arguments.contains("-h") {
            FileHandle.standardOutput.write(Data(help(program: program, body).utf8))
            exit(0)
        }
        do {
            if let first = arguments.first {
                throw ConfigurationError(mistakes: [
                    Mistake(variable: first, problem: "is an argument; \(program) takes none, see --help")
                ])
            }
            return try read(program: program, variables: variables, body)
        } catch {
            FileHandle.standardError.write(Data("\(program): \(error)\n".utf8))
            exit(2)
        }
    }
}
