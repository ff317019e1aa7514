import WorkingTime

/// What a person wrote in one contact about a case, and how to reach them. It goes to the page of who asked for it, and
/// nowhere else.
package struct PersonalText: Sendable, Equatable {
    /// Counts the contacts of a case, from 1.
    package let number: Int
    package let channel: String
    package let receivedAt: Moment
    package let title: String?
    package let text: String
    package let place: String?
    /// Whom or what it is about, in the person's words.
    package let about: String?
    /// All `nil` for who wants to be anonymous.
    package let name: String?
    package let phone: String?
    package let email: String?
    package let address: String?
    /// What its channel and whoever brought it have of their own, in the order of the form.
    package let particulars: [Particular]

    package struct Particular: Sendable, Equatable {
        package let code: String
        package let title: String
        package let value: String
    }
}

/// Neither a log line nor a dump shows what a person wrote.
extension PersonalText: CustomStringConvertible, CustomReflectable {
    package var description: String { "PersonalText(number: \(number))" }
    package var customMirror: Mirror { Mirror(self, children: ["number": number]) }
}
