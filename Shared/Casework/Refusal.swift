/// Why a command was not obeyed. The command had no effect; other commands of the same batch did.
package enum Refusal: Error, Sendable, Equatable {
    case unknownCase
    case alreadyRegistered
    /// The case went on since the sender looked.
    /// Both are versions, or both are rounds.
    case stale(seen: Int, current: Int)
    /// Not in this state.
    case notNow(State)
    /// A part is missing or contradicts another; names the part.
    case incomplete(String)
    case unknownOrganisation(String)
    case unknownRegion(String)
    case unknownEarlierCase
    case conflictOfInterest(String)
    /// The pinned policy does not provide for it; names the parameter.
    case againstPolicy(String)
    case inFuture
    /// Whoever asked does not hold the role, or works elsewhere; names the order.
    case notAllowed(String)
    /// The limit has passed already (R-DL-57).
    case expired
    /// More than the policy's cap, count or attempts.
    case overCap(String)
    /// There is no clock, extension or supervision order of this name that runs.
    case nothingRunning(String)
    /// Whoever asked for more time does not grant it, nor does a deputy in their place.
    case ownRequest
    /// The sender's id stands for another order already.
    case idTaken

    /// A stable word for APIs, `parked` and logs.
    package var code: String {
        switch self {
        case .unknownCase: "unknown_case"
        case .alreadyRegistered: "already_registered"
        case .stale: "stale"
        case .notNow: "not_now"
        case .incomplete: "incomplete"
        case .unknownOrganisation: "unknown_organisation"
        case .unknownRegion: "unknown_region"
        case .unknownEarlierCase: "unknown_earlier_case"
        case .conflictOfInterest: "conflict_of_interest"
        case .againstPolicy: "against_policy"
        case .inFuture: "in_future"
        case .notAllowed: "not_allowed"
        case .expired: "expired"
        case .overCap: "over_cap"
        case .nothingRunning: "nothing_running"
        case .ownRequest: "own_request"
        case .idTaken: "id_taken"
        }
    }

    /// One sentence for an engineer; holds codes and numbers only.
    package var explanation: String {
        switch self {
        case .unknownCase: "there is no such case"
        case .alreadyRegistered: "the case is registered already"
        case .stale(let seen, let current): "the command saw \(seen), the case is at \(current)"
        case .notNow(let state): "not possible in state \(state.rawValue)"
        case .incomplete(let part): "\(part) is missing or contradicts the rest"
        case .unknownOrganisation(let code): "no organisation \(code) that could take it"
        case .unknownRegion(let code): "no region \(code)"
        case .unknownEarlierCase: "the earlier case does not exist"
        case .conflictOfInterest(let code): "\(code) is complained about or reports to who is"
        case .againstPolicy(let parameter): "the policy's \(parameter) does not provide for it"
        case .inFuture: "it cannot have happened in the future"
        case .notAllowed(let order): "\(order) takes another role or another organisation"
        case .expired: "its limit has passed"
        case .overCap(let parameter): "the policy's \(parameter) allows no more"
        case .nothingRunning(let name): "no \(name) is running"
        case .ownRequest: "who asked for it does not grant it"
        case .idTaken: "the id was used for another order; this one was not given"
        }
    }
}
