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
        case .redirected: "已告知其他途径"
        case .refused: "不予受理"
        }
    }
}
