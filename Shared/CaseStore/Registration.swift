import Casework
import JSON
import WorkingTime

/// A contact that is to become a case, with all that was written.
package struct Registration: Sendable {
    /// Longest `text` that is taken in, by whichever way, in code points: ten closely written pages.
    package static let longestText = 20_000

    /// Chosen by the sender; the same key is the same registration, however often it comes.
    package var key: String
    /// What was sent, byte for byte: the same key with another request is refused.
    package var request: [UInt8]
    /// Telephone number of the line addressed; selects the profile.
    package var line: String
    package var actor: Actor
    package var channel: String
    package var source: String?
    package var identity: Identity
    package var contact: Contact?
    package var title: String?
    package var text: String
    /// Where it is, as written.
    package var place: String?
    /// Where it is: code, title or alias of a region of the directory.
    package var region: String?
    /// Whom it is about, as written.
    package var about: String?
    package var happened: Moment?
    /// When the citizen wrote it, if that was before it came here.
    package var written: Moment?
    /// An earlier case of the same matter, quoted by the complainant.
    package var earlier: Int64?
    /// The earlier case's query code, which shows that it is the complainant's own. The same telephone or e-mail does too.
    package var earlierCode: QueryCode?
    /// What the channel and whoever brought it have of their own (`Particular`): texts by code. `nil`: nothing.
    package var particulars: JSON?

    /// What whoever registers it has answered at once; then it ends with that.
    package var answer: Answer?

    /// An answer at once (当场答复), to what is simple enough by the scheme of the line.
    package struct Answer: Sendable, Equatable {
        package var nature: String
        package var subject: String
        package var urgency: String
        package var text: String

        package init(nature: String, subject: String, urgency: String, text: String) {
            self.nature = nature
            self.subject = subject
            self.urgency = urgency
            self.text = text
        }
    }

    /// Name and ways to reach the complainant. Personal data.
    package struct Contact: Sendable, Equatable {
        package var name: String?
        package var phone: String?
        package var email: String?
        package var address: String?

        package init(name: String? = nil, phone: String? = nil, email: String? = nil, address: String? = nil) {
            self.name = name
            self.phone = phone
            self.email = email
            self.address = address
        }

        /// Gave a name and a way to be asked afterwards (R-CB-02).
        var isReachable: Bool { name != nil && (phone != nil || email != nil || address != nil) }

        var isEmpty: Bool { name == nil && phone == nil && email == nil && address == nil }
    }

    package init(
        key: String, request: [UInt8], line: String, actor: Actor, channel: String, source: String? = nil,
        identity: Identity, contact: Contact? = nil, title: String? = nil, text: String, place: String? = nil,
        region: String? = nil, about: String? = nil, happened: Moment? = nil, written: Moment? = nil,
        earlier: Int64? = nil, earlierCode: QueryCode? = nil
    ) {
        self.key = key
        self.request = request
        self.line = line
        self.actor = actor
        self.channel = channel
        self.source = source
        self.identity = identity
        self.contact = contact
        self.title = title
        self.text = text
        self.place = place
        self.region = region
        self.about = about
        self.happened = happened
        self.written = written
        self.earlier = earlier
        self.earlierCode = earlierCode
    }

    /// What became of it.
    package enum Outcome: Sendable, Equatable {
        case registered(Receipt)
        /// It came before; the same number and code.
        case repeated(Receipt)
        /// The key was used for another request.
        case keyReused
        /// No profile governs this line.
        case unknownLine
        case refused(Refusal)
    }

    /// What the complainant gets, once the case is durable.
    package struct Receipt: Sendable, Equatable {
        package let number: CaseNumber
        package let code: QueryCode
    }
}
