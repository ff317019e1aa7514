import Casework
import JSON
import WorkingTime

/// What the people of the demo do with a case, and when: some are late, some are wrong, some are unhappy. Pure; the same seed,
/// case and round give the same story.
struct DemoPlan: Sendable {
    /// What somebody does next.
    struct Step: Sendable {
        let at: Moment
        let person: DemoPeople.Person?
        let kind: Order.Kind
        var data: JSON = [:]
        var note: String?
        /// Tells apart what is done several times in a round.
        var mark = ""
    }

    let seed: UInt64

    /// The next step of a case; `nil`: nobody has anything to do until a clock fires, or ever.
    /// - Parameter tried: what was asked in this round already, and was perhaps refused.
    func next(for file: DemoCase, tried: Set<Order.Kind>) -> Step? {
        if let step = supervision(of: file) { return step }
        switch file.state {
        case .registered, .classified, .reopened, .redirected, .refused, .withdrawn: return nil
        case .awaitingJudgement, .returned, .disputed: return judgement(of: file)
        case .dispatched: return file.lead.flatMap { taking(file, $0, tried) }
        case .signed: return file.lead.flatMap { handling(file, $0, tried) }
        case .replied: return after(file)
        case .closed: return notice(of: file) ?? callback(of: file)
        }
    }

    /// A number from 0 to 99 that belongs to a case, a round and a question.
    private func chance(_ file: DemoCase, _ question: UInt64) -> Int {
        var state =
            seed &+ UInt64(file.index + 1) &* 0x9E37_79B9_7F4A_7C15 &+ UInt64(file.round) &* 7919 &+ question &* 104_729
        state = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
        state = (state ^ (state >> 27)) &* 0x94D0_49BB_1331_11EB
        return Int((state ^ (state >> 31)) % 100)
    }

    private func later(_ moment: Moment?, hours: Int) -> Moment {
        Moment(microseconds: (moment?.microseconds ?? 0) + Int64(hours) * 3_600_000_000)
    }

    private func since(_ file: DemoCase, _ kinds: Event.Kind...) -> Moment? {
        kinds.compactMap { file.last[$0.rawValue] }.max()
    }

    // MARK: Before a person

    private func judgement(of file: DemoCase) -> Step? {
        let begun = since(file, .judgementRequested, .returned, .disputed, .registered)
        if file.clock("leader_step") != nil {
            return Step(at: later(begun, hours: 1), person: .dispatcher, kind: .submit, note: "拟办意见：按规定办理")
        }
        if let submitted = since(file, .submitted), file.last[Event.Kind.instructed.rawValue] == nil {
            return Step(at: later(submitted, hours: 1), person: .dispatcher, kind: .instruct, note: "同意")
        }
        let at = later(begun, hours: 3)
        // Whoever decides finds somebody who was not there before, or sends it where it was.
        return Step(at: at, person: nil, kind: .dispatch, mark: "\(at.microseconds)")
    }

    // MARK: At the organisation

    private func taking(_ file: DemoCase, _ lead: String, _ tried: Set<Order.Kind>) -> Step? {
        let sent = since(file, .dispatched)
        if chance(file, 14) < 6, file.round == 1, !tried.contains(.correct) {
            return Step(at: later(sent, hours: 1), person: .dispatcher, kind: .correct, data: ["channel": "wechat"])
        }
        let roll = chance(file, 1)
        if roll < 5, file.last[Event.Kind.returned.rawValue] == nil, !tried.contains(.return) {
            return Step(
                at: later(sent, hours: 4), person: .at(lead), kind: .return, data: ["reason": "misdirected"],
                note: "不属于本单位职责")
        }
        if roll < 8, file.last[Event.Kind.disputed.rawValue] == nil, !tried.contains(.dispute) {
            return Step(at: later(sent, hours: 5), person: .at(lead), kind: .dispute, data: ["reason": "not_in_remit"])
        }
        return Step(at: later(sent, hours: 1 + roll / 5), person: .at(lead), kind: .sign)
    }

    private func handling(_ file: DemoCase, _ lead: String, _ tried: Set<Order.Kind>) -> Step? {
        let signed = since(file, .signed)
        let person = DemoPeople.Person.at(lead)
        if chance(file, 13) < 4, file.round == 1 {
            return Step(at: later(signed, hours: 3), person: nil, kind: .withdraw)
        }
        func isNew(_ kind: Event.Kind) -> Bool { file.last[kind.rawValue].map { $0 < signed ?? $0 } ?? true }
        if file.clock("ack") != nil {
            return Step(
                at: later(signed, hours: 1), person: person, kind: .inform,
                data: ["what": "acceptance", "means": "phone", "reached": true], mark: "ack")
        }
        if isNew(.contacted) {
            return Step(
                at: later(signed, hours: 2), person: person, kind: .contact,
                data: ["means": "phone", "reached": .bool(chance(file, 2) < 80)])
        }
        if file.clock("onsite") != nil || (isNew(.visited) && chance(file, 3) < 30) {
            return Step(at: later(signed, hours: 4), person: person, kind: .visit, note: "已到现场查看")
        }
        if isNew(.noted), chance(file, 4) < 30 {
            return Step(at: later(signed, hours: 6), person: person, kind: .note, note: "正在协调维修")
        }
        if let step = more(file, lead, signed, tried) { return step }
        return Step(
            at: replying(file, signed), person: person, kind: .reply,
            data: [
                "to": "complainant", "form": "written", "outcome": "explained",
            ], note: "问题已处理，具体情况已当面说明")
    }

    /// More time, asked for a day before the limit by some.
    private func more(
        _ file: DemoCase, _ lead: String, _ signed: Moment?, _ tried: Set<Order.Kind>
    ) -> Step? {
        // Who waits for an answer that never comes answers the complainant.
        if file.isExtensionAsked, !tried.contains(.grantExtension), !tried.contains(.refuseExtension) {
            let at = later(since(file, .extensionAsked), hours: 3)
            return chance(file, 6) < 75
                ? Step(
                    at: at, person: .head(lead), kind: .grantExtension, data: ["means": "phone"],
                    mark: "\(at.microseconds)")
                : Step(
                    at: at, person: .head(lead), kind: .refuseExtension, data: ["reason": "no_need"],
                    mark: "\(at.microseconds)")
        }
        guard chance(file, 5) < 20, !tried.contains(.askExtension),
            let clock = file.clock("close"), let limit = clock.limit
        else { return nil }
        return Step(
            at: max(later(limit, hours: -30), later(signed, hours: 7)), person: .at(lead), kind: .askExtension,
            data: [
                "profile": .string(clock.profile), "clock": .string(clock.name),
                "due": .int(later(limit, hours: 72).microseconds), "reason": "complex",
            ])
    }

    /// Most answer in good time, some on the last day, some late.
    private func replying(_ file: DemoCase, _ signed: Moment?) -> Moment {
        guard let limit = file.clock("close")?.limit, let signed else { return later(signed, hours: 48) }
        let roll = chance(file, 7)
        let half = Moment(microseconds: (signed.microseconds + limit.microseconds) / 2)
        if roll < 60 { return max(half, later(signed, hours: 8)) }
        return roll < 80 ? later(limit, hours: -2) : later(limit, hours: 60)
    }

    // MARK: After the answer

    private func after(_ file: DemoCase) -> Step? {
        if let step = notice(of: file) { return step }
        let answered = since(file, .replied)
        // Some rate by themselves, before anybody calls.
        if chance(file, 8) < 25, file.last[Event.Kind.rated.rawValue] == nil {
            return Step(at: later(answered, hours: 2), person: nil, kind: .rate, data: opinion(file))
        }
        if let step = callback(of: file) { return step }
        // Neither satisfied nor to be asked again: whoever leads closes it, with a basis.
        return Step(
            at: later(answered, hours: 72), person: file.lead.map(DemoPeople.Person.at), kind: .close,
            note: "依据公开办理，诉求不合理部分已书面说明")
    }

    private func notice(of file: DemoCase) -> Step? {
        guard file.clock("result_notice") != nil, let lead = file.lead else { return nil }
        return Step(
            at: later(since(file, .replied, .closed), hours: chance(file, 9) < 85 ? 3 : 80), person: .at(lead),
            kind: .inform,
            data: ["what": "result", "means": "phone", "reached": true], mark: "result")
    }

    private func callback(of file: DemoCase) -> Step? {
        guard let (by, at) = file.callbacks.first else { return nil }
        let roll = chance(file, (by == .centre ? 10 : 20) + UInt64(at.microseconds / 3_600_000_000 % 1000))
        var data: JSONObject = ["form": "phone"]
        switch roll {
        case ..<70:
            data["outcome"] = "reached"
            for (key, value) in opinion(file).object ?? JSONObject() { data[key] = value }
        case ..<95: data["outcome"] = "not_reached"
        default: data["outcome"] = "declined"
        }
        return Step(
            at: later(at, hours: 1), person: by == .centre ? .agent : file.lead.map(DemoPeople.Person.at),
            kind: .callBack, data: .object(data), mark: "\(by.rawValue)-\(at.microseconds)")
    }

    private func opinion(_ file: DemoCase) -> JSON {
        let roll = chance(file, 11)
        let grade: Satisfaction =
            switch roll {
            case ..<25: .verySatisfied
            case ..<60: .satisfied
            case ..<80: .basicallySatisfied
            case ..<93: .dissatisfied
            default: .veryDissatisfied
            }
        return ["resolved": .bool(roll < 85), "satisfaction": .string(grade.rawValue)]
    }

    // MARK: Supervision

    private func supervision(of file: DemoCase) -> Step? {
        guard let order = file.supervision.first, let lead = file.lead, file.state != .withdrawn else { return nil }
        if order.isAnswered {
            let at = later(since(file, .supervisionAnswered), hours: 5)
            return Step(
                at: at, person: .supervisor, kind: .reviewSupervision,
                data: ["order": .int(Int64(order.order)), "failed": []],
                mark: "\(order.order)")
        }
        // What is answered by the reply is reported with it.
        guard [.replied, .closed, .signed].contains(file.state) else { return nil }
        return Step(
            at: later(since(file, .supervised), hours: 20 + chance(file, 12) / 2), person: .at(lead),
            kind: .answerSupervision,
            data: ["order": .int(Int64(order.order))], note: "已整改", mark: "\(order.order)")
    }
}
