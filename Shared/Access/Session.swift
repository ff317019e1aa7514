import WorkingTime

/// Whoever sends a request, as the database knows the holder of its token.
package struct Session: Sendable, Equatable {
    /// Id of the account.
    package let account: Int64
    /// Whom the account belongs to; `nil` for the centre's own people.
    package let organisation: String?
    package let roles: Set<Role>
    /// What the person is called.
    package let title: String
    /// What a form must bring along to be this person's own: no other site can know it.
    package let formToken: String
    /// What the person logs in with.
    package let name: String
    /// Where the person works, in Chinese; `nil` for the centre's own people.
    package let organisationTitle: String?
    /// The password is an administrator's and must be changed before anything else.
    package let mustChangePassword: Bool
    /// JSON: those in whose place the account may approve now (`jiesu.stands_in`).
    package let standsIn: String

    package init(
        account: Int64, organisation: String?, roles: Set<Role>, title: String = "", formToken: String = "",
        name: String = "", organisationTitle: String? = nil, mustChangePassword: Bool = false, standsIn: String = "[]"
    ) {
        self.account = account
        self.organisation = organisation
        self.roles = roles
        self.title = title
        self.formToken = formToken
        self.name = name
        self.organisationTitle = organisationTitle
        self.mustChangePassword = mustChangePassword
        self.standsIn = standsIn
    }

    /// Whether the account has one of `roles`; nobody has one of none.
    package func has(any roles: [Role]) -> Bool {
        roles.contains(where: self.roles.contains)
    }
}

/// What a log-in gives: the token to send with each request, which is stored nowhere and never logged.
package struct LogIn: Sendable {
    /// 256 random bits as 64 hexadecimal digits.
    package let token: String
    /// Machine time, not a simulation's.
    package let expiresAt: Moment
}

/// Neither a log line nor a dump shows the token.
extension LogIn: CustomStringConvertible, CustomReflectable {
    package var description: String { "LogIn(expiresAt: \(expiresAt.iso8601))" }
    package var customMirror: Mirror { Mirror(self, children: ["expiresAt": expiresAt]) }
}
