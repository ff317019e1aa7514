import Policies

/// `jiesu migrate`
enum MigrateCommand: OperatorCommand {
    static let name = "migrate"
    static let synopsis = "[--organisations FILE] [--data DIR]"
    static let summary = "brings a database up to date: schema, policies, organisations"
    static let details = """
        Makes the schema `jiesu` or brings it forward, puts the shipped profiles (one that changed needs a higher version), and
        writes regions, organisations and jurisdictions from FILE. Without it a database that has no organisations
        yet gets the invented city that is shipped; one that has keeps them. Safe to repeat.
        The database must exist; JIESU_DATABASE_URL names it and a login that may create schemas and roles.
        """
    static let options = [Reach.option, .value("organisations")]

    static func run(_ arguments: Arguments) async throws -> Int32 {
        _ = try arguments.positional()
        let reach = try Reach(arguments)
        let profiles = try Profile.shipped()
        let result = try await Installation.bringUp(
            database: reach.databaseURL,
            organisations: try Installation.organisations(arguments.text("organisations"), for: profiles),
            profiles: profiles)
        print(
            "migrations applied: \(result.migrations.isEmpty ? "none" : result.migrations.map(String.init).joined(separator: ", "))"
        )
        print(
            "policies put: \(result.policies.isEmpty ? "none" : result.policies.map(\.stored).joined(separator: ", "))")
        print("organisations: \(result.organisations)")
        if !result.openToPublic.isEmpty {
            // On standard output, as nothing failed; one who is no superuser cannot do more.
            print(
                "warning: any login of this server can use up its disk until a superuser runs `jiesu migrate`, or this:"
            )
            for statement in result.openToPublic { print("  \(statement);") }
        }
        return 0
    }
}
