import CLibPQ

/// Where the server is and how to speak with it. Its description shows no password.
package struct ConnectionSettings: Sendable {
    /// libpq's own parameters, by libpq's names.
    private var parameters: [String: String]

    /// Shown in `pg_stat_activity`; default `jiesu`. One in the URL wins.
    package var applicationName = "jiesu"

    /// Settings of the session, such as `["lock_timeout": "2s"]`; default none.
    package var session: [String: String] = [:]

    /// How long the server may say nothing while it owes an answer, before the connection is given up; default 60 s. It
    /// must exceed the longest statement: a migration's connection wants more.
    package var silenceAtMost: Duration = .seconds(60)

    /// Reads any URL or `key=value` text that libpq takes, such as
    /// `postgresql://jiesu@db.example/jiesu?sslmode=verify-full`.
    ///
    /// What it leaves out is libpq's default or its environment variable (`PGHOST`, `PGPASSWORD`…). Seconds, not hours,
    /// to notice a dead machine are our own default: keepalives after 5 s, three of them, 8 s for data without
    /// acknowledgement.
    /// - Throws: `.misuse` when libpq cannot read it. The error does not quote it, as it may hold a password.
    package init(url: String) throws(PostgresError) {
        parameters = try Self.parse(url)
    }

    /// The same server and login, another database.
    package func with(database: String) -> ConnectionSettings {
        var other = self
        other.parameters["dbname"] = database
        return other
    }

    /// The same database as a URL for another login, over TLS, with `PASSWORD` where its password belongs; for a server that is reached
    /// over a socket of this machine `HOST` stands where its name belongs.
    package func url(for user: String) -> String {
        let hosts = (parameters["host"] ?? "").split(separator: ",").map(String.init)
        let ports = (parameters["port"] ?? "").split(separator: ",").map(String.init)
        let places = hosts.enumerated().map { index, host in
            let port = ports.indices.contains(index) ? ports[index] : ports.last
            return host + (port.map { ":\($0)" } ?? "")
        }
        let isLocal = hosts.isEmpty || hosts.contains { $0.hasPrefix("/") || $0.hasPrefix("@") }
        let place = isLocal ? "HOST" : places.joined(separator: ",")
        let name = parameters["dbname"] ?? "jiesu"
        let which = parameters["target_session_attrs"].map { "&target_session_attrs=\($0)" } ?? ""
        return "postgresql://\(user):PASSWORD@\(place)/\(name)?sslmode=verify-full\(which)"
    }

    /// What `PQconnectdbParams` takes.
    var keywords: [String: String] {
        var all = [
            "connect_timeout": "5", "fallback_application_name": applicationName, "tcp_user_timeout": "8000",
            "keepalives_idle": "5", "keepalives_interval": "5", "keepalives_count": "3",
        ]
        all.merge(parameters) { _, given in given }
        all["client_encoding"] = "UTF8"
        // The later of two wins on the server: ours last where `Row` depends on it, first where the URL may differ. The
        // server's own keepalives free the locks of a client whose machine died.
        let first = session.merging([
            "tcp_keepalives_idle": "5", "tcp_keepalives_interval": "5", "tcp_keepalives_count": "3",
        ]) { given, _ in given }
        let last = ["DateStyle": "ISO", "TimeZone": "UTC", "IntervalStyle": "iso_8601", "bytea_output": "hex"]
        all["options"] = [Self.options(first), parameters["options"] ?? "", Self.options(last)].joined(separator: " ")
        return all
    }

    private static func options(_ settings: [String: String]) -> String {
        settings.sorted { $0.key < $1.key }
            .map { name, value in
                var escaped = ""
                for character in value {
                    if character == " " || character == "\\" { escaped += "\\" }
                    escaped.append(character)
                }
                return "-c \(name)=\(escaped)"
            }
            .joined(separator: " ")
    }

    private static func parse(_ url: String) throws(PostgresError) -> [String: String] {
        var message: UnsafeMutablePointer<CChar>?
        // A NUL would end the text for C; what follows must not be dropped unseen.
        guard !url.utf8.contains(0), let found = PQconninfoParse(url, &message) else {
            PQfreemem(message)
            throw PostgresError(.misuse, "the database's address is no URL or text that libpq can read")
        }
        defer { PQconninfoFree(found) }
        var parameters: [String: String] = [:]
        var option = found
        while let keyword = option.pointee.keyword {
            if let value = option.pointee.val { parameters[String(cString: keyword)] = String(cString: value) }
            option += 1
        }
        return parameters
    }
}

extension ConnectionSettings: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String {
        let user = parameters["user"].map { "\($0)@" } ?? ""
        let port = parameters["port"].map { ":\($0)" } ?? ""
        return "\(user)\(parameters["host"] ?? "")\(port)/\(parameters["dbname"] ?? "")"
    }

    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: ["server": description]) }
}
