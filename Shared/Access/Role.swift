import Policies

/// What an account may do (角色): a code of `KnownCodes.roles`, such as `dispatcher`.
package struct Role: Hashable, Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
    package let code: String

    /// Of any text: a database may hold roles that a newer suite put there.
    package init(code: String) {
        self.code = code
    }

    /// A role that this program names itself; one that is not known is our own mistake.
    package init(stringLiteral code: String) {
        precondition(KnownCodes.roles.contains(code), "\(code) is no role of codes.json")
        self.code = code
    }

    package var description: String { code }

    /// In Chinese, for people.
    package var title: String { KnownCodes.title(ofRole: code) }
}
