import Casework
import JSON
import WorkingTime

/// A case as the API shows it to the people of the demo.
struct DemoCase: Sendable {
    struct Clock: Sendable {
        let profile: String
        let name: String
        let step: String
        let limit: Moment?
    }

    struct Supervision: Sendable {
        let order: Int
        let isAnswered: Bool
    }

    let number: CaseNumber
    /// Which complaint of the demo it is; numbers are given in the order in which requests happen to arrive.
    var index = 0
    let state: State
    let round: Int
    let identity: Identity
    let lead: String?
    let helpers: [String]
    /// The profiles that apply; the first one leads.
    let profiles: [String]
    var profile: String { profiles.first ?? "" }
    let clocks: [Clock]
    /// When each kind of event last happened in this round.
    let last: [String: Moment]
    /// Orders that have not ended.
    let supervision: [Supervision]
    let isExtensionAsked: Bool
    let callbacks: [(by: Callback.Caller, from: Moment)]

    /// `nil` for what is no case.
    init?(_ json: JSON) {
        func moment(_ value: JSON?) -> Moment? { value?.string.flatMap { Moment(iso8601: $0) } }
        guard let number = json["number"]?.string.flatMap(CaseNumber.init),
            let state = json["state"]?.string.flatMap(State.init), let round = json["round"]?.int,
            let identity = json["identity"]?.string.flatMap(Identity.init)
        else { return nil }
        self.number = number
        self.state = state
        self.round = Int(round)
        self.identity = identity
        lead = json["lead"]?.string
        helpers = (json["helpers"]?.array ?? []).compactMap(\.string)
        profiles = (json["policies"]?.array ?? []).compactMap(\.string).map { String($0.prefix { $0 != "@" }) }
        clocks = (json["clocks"]?.array ?? []).map { clock in
            Clock(
                profile: clock["profile"]?.string ?? "", name: clock["clock"]?.string ?? "",
                step: clock["step"]?.string ?? "", limit: moment(clock["limit"]))
        }
        var last: [String: Moment] = [:]
        for (mark, at) in json["last"]?.object ?? JSONObject() { last[mark] = moment(at) }
        self.last = last
        supervision = (json["supervision"]?.array ?? []).filter { $0["ended"]?.bool == false }.map {
            Supervision(order: Int($0["order"]?.int ?? 0), isAnswered: $0["answered"]?.bool ?? false)
        }
        isExtensionAsked = json["extension_asked"]?.bool ?? false
        callbacks = (json["callbacks"]?.array ?? []).compactMap { callback in
            guard let by = callback["by"]?.string.flatMap(Callback.Caller.init), let from = moment(callback["from"])
            else { return nil }
            return (by, from)
        }
    }

    func clock(_ step: String) -> Clock? { clocks.first { $0.step == step } }
}
