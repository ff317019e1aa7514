import WorkingTime

/// Something that somebody wants to happen to a case.
package struct Command: Sendable, Equatable {
    /// Unique within the case. Whoever sends a command again sends the same id, and it happens once.
    package var id: String
    package var seen: Seen
    /// Who wants it.
    package var by: Actor
    package var order: Order
    /// Those in whose place `by` may approve at the time (代行).
    package var absent: [Absent] = []

    /// Somebody who is away and has a deputy.
    package struct Absent: Sendable, Equatable, Codable {
        /// Number of the account.
        package var account: Int64
        package var roles: Set<String>

        package init(account: Int64, roles: Set<String>) {
            self.account = account
            self.roles = roles
        }
    }

    /// What the sender looked at. A service decides about exactly what it saw; a person about a round of handling, and what
    /// a clock notes meanwhile does not make the decision stale.
    package enum Seen: Sendable, Equatable {
        /// Of the case; 0 for a registration.
        case version(Int)
        case round(Int)
    }

    package init(id: String, seen: Seen, by: Actor, order: Order, absent: [Absent] = []) {
        self.id = id
        self.seen = seen
        self.by = by
        self.order = order
        self.absent = absent
    }

    /// The command that a service derives from a version of a case: the same cause gives the same id.
    package init(service: String, seen file: Case, order: Order) {
        self.init(id: "\(service):\(file.version)", seen: .version(file.version), by: .service(service), order: order)
    }
}

/// What a command wants.
package enum Order: Sendable, Equatable {
    case register(Registered, earlier: Int64?)
    /// With the date for a case that has no limit of its own as what it turns out to be, as in `classify`.
    case correct(Corrected, due: Int64? = nil)
    case classify(Finding, due: Int64? = nil)
    case requestJudgement(JudgementRequested)
    case accept
    case dispatch(Dispatched)
    /// The part of an organisation that is no more goes to its successor.
    case handOver(from: String)
    case redirect(Redirected)
    case refuse(Refused)
    case link(Linked)
    case `repeat`(by: Int64, count: Int = 1)
    case submit(Submitted)
    case instruct(Instructed)
    case sign(Signed)
    case `return`(Returned)
    case dispute(reason: String)
    case contact(Contacted)
    case visit(Visited)
    case note(Noted)
    case inform(Informed)
    case askExtension(ExtensionAsked)
    /// Grants what was asked for, or less; `means`: how the complainant was told.
    case grantExtension(due: Int64?, means: String?)
    case refuseExtension(reason: String)
    case setLimit(LimitSet)
    case reply(Replied)
    case answerAtOnce(AnsweredAtOnce)
    case callBack(CalledBack, Rated?)
    case rate(Rated)
    /// Why stands in a further submission of the case.
    case applyForReview
    case close(Closed)
    case withdraw(Withdrawn)
    /// Whatever is due now.
    case fire
    case supervise(reason: String)
    case answerSupervision(SupervisionAnswered)
    case reviewSupervision(SupervisionReviewed)
    /// An exception to an order that the scheme gives in principle alone; the note says why.
    case waiveSupervision(order: Int, note: Int?)

    /// The order's word: in the table `command`, in the API, and in the list of duties.
    package enum Kind: String, Sendable, CaseIterable {
        case register
        case correct
        case classify
        case requestJudgement = "request_judgement"
        case accept
        case dispatch
        case handOver = "hand_over"
        case redirect
        case refuse
        case link
        case `repeat`
        case submit
        case instruct
        case sign
        case `return`
        case dispute
        case contact
        case visit
        case note
        case inform
        case askExtension = "ask_extension"
        case grantExtension = "grant_extension"
        case refuseExtension = "refuse_extension"
        case setLimit = "set_limit"
        case reply
        case answerAtOnce = "answer_at_once"
        case callBack = "call_back"
        case rate
        case applyForReview = "apply_for_review"
        case close
        case withdraw
        case fire
        case supervise
        case answerSupervision = "answer_supervision"
        case reviewSupervision = "review_supervision"
        case waiveSupervision = "waive_supervision"
    }

    package var kind: Kind {
        switch self {
        case .register: .register
        case .correct: .correct
        case .classify: .classify
        case .requestJudgement: .requestJudgement
        case .accept: .accept
        case .dispatch: .dispatch
        case .handOver: .handOver
        case .redirect: .redirect
        case .refuse: .refuse
        case .link: .link
        case .repeat: .repeat
        case .submit: .submit
        case .instruct: .instruct
        case .sign: .sign
        case .return: .return
        case .dispute: .dispute
        case .contact: .contact
        case .visit: .visit
        case .note: .note
        case .inform: .inform
        case .askExtension: .askExtension
        case .grantExtension: .grantExtension
        case .refuseExtension: .refuseExtension
        case .setLimit: .setLimit
        case .reply: .reply
        case .answerAtOnce: .answerAtOnce
        case .callBack: .callBack
        case .rate: .rate
        case .applyForReview: .applyForReview
        case .close: .close
        case .withdraw: .withdraw
        case .fire: .fire
        case .supervise: .supervise
        case .answerSupervision: .answerSupervision
        case .reviewSupervision: .reviewSupervision
        case .waiveSupervision: .waiveSupervision
        }
    }
}

extension Order.Kind {
    /// What has happened, whatever else, when it was obeyed; `nil`: that depends.
    package var event: Event.Kind? {
        switch self {
        case .register: .registered
        case .correct: .corrected
        case .classify: .classified
        case .requestJudgement: .judgementRequested
        case .accept: .accepted
        case .dispatch: .dispatched
        case .handOver: nil
        case .redirect: .redirected
        case .refuse: .refused
        case .link: .linked
        case .repeat: .repeated
        case .submit: .submitted
        case .instruct: .instructed
        case .sign: .signed
        case .return: .returned
        case .dispute: .disputed
        case .contact: .contacted
        case .visit: .visited
        case .note: .noted
        case .inform: .informed
        case .askExtension: .extensionAsked
        case .grantExtension: .extensionGranted
        case .refuseExtension: .extensionRefused
        case .setLimit: .limitSet
        case .reply, .answerAtOnce: .replied
        case .callBack: .calledBack
        case .rate: .rated
        case .applyForReview: .reopened
        case .close: .closed
        case .withdraw: .withdrawn
        case .fire: nil
        case .supervise: .supervised
        case .answerSupervision: .supervisionAnswered
        case .reviewSupervision, .waiveSupervision: .supervisionReviewed
        }
    }
}

/// Who acts. Written into the event; never a person's name.
package enum Actor: Sendable, Equatable {
    /// The complainant, through a public channel.
    case complainant
    /// One of the suite's services, by its name.
    case service(String)
    /// A list that was imported, by its name.
    case list(String)
    /// A person at work: the account's number, where it belongs (`nil`: at the centre), and the roles held at the time.
    case account(Int64, organisation: String?, roles: Set<String>)

    /// As it stands in the event's row: `complainant`, `service:routing`, `list:newspaper`, `account:17@city-urban`.
    package var text: String {
        switch self {
        case .complainant: "complainant"
        case .service(let name): "service:\(name)"
        case .list(let name): "list:\(name)"
        case .account(let id, let organisation, _): "account:\(id)" + (organisation.map { "@\($0)" } ?? "")
        }
    }
}
