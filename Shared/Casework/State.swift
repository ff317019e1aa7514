/// Where a case stands (C.9). The raw value is the column, the topic's word and the API's word.
package enum State: String, Codable, Sendable, CaseIterable {
    /// Taken in (已登记); classification owes a finding.
    case registered
    /// Classified; routing owes a decision on who answers.
    case classified
    /// Before a person (待人工研判): the rules would not decide.
    case awaitingJudgement = "awaiting_judgement"
    /// Sent to whoever must answer (已转办).
    case dispatched
    /// The organisation that leads signed for it and works on it (办理中).
    case signed
    /// Sent back as misdirected (退单); a person decides anew.
    case returned
    /// Who is competent is in dispute (移送争议); the policy says who settles it.
    case disputed
    /// Answered (已答复); a callback or a closing rule comes next.
    case replied
    /// At its end (办结).
    case closed
    /// Back to work after dissatisfaction (重启); routing owes a decision on who answers.
    case reopened
    /// Taken back by the complainant (已撤回).
    case withdrawn
    /// Outside the remit; the person was told where to go (告知其他途径).
    case redirected
    /// Not accepted, with a reason (不予受理).
    case refused

    /// What people read.
    package var title: String {
        switch self {
        case .registered: "已登记"
        case .classified: "已分类"
        case .awaitingJudgement: "待人工研判"
        case .dispatched: "已转办"
        case .signed: "办理中"
        case .returned: "已退单"
        case .disputed: "移送争议"
        case .replied: "已答复"
        case .closed: "已办结"
        case .reopened: "已重启"
        case .withdrawn: "已撤回"
        case .redirected: "已告知其他途径"
        case .refused: "不予受理"
        }
    }

    /// Nothing is owed any more, by anybody; a closed case may still be rated and reopened.
    package var isFinal: Bool {
        switch self {
        case .closed, .withdrawn, .redirected, .refused: true
        case .registered, .classified, .awaitingJudgement, .dispatched, .signed, .returned, .disputed, .replied,
            .reopened:
            false
        }
    }

    /// An organisation works on it.
    package static let handled: Set<State> = [.dispatched, .signed]
    /// Somebody has it, has sent it back or disputes it: found to be something else, it stays where it is.
    package static let sent: Set<State> = [.dispatched, .signed, .returned, .disputed]
    /// A person may say who answers.
    package static let undecided: Set<State> = [.awaitingJudgement, .returned, .disputed]
}
