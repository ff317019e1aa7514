import Foundation

extension Order {
    /// An order as an organisation's desk, or a person at the centre, writes it: the payload of its event, without saying who acts.
    ///
    /// Unknown fields are from a newer desk and are ignored.
    /// - Parameter organisation: who acts; whatever the payload says of it does not count. `nil`: the centre.
    /// - Throws: `Refusal.incomplete` naming the field that is missing or wrong, `.notAllowed` for what no person orders.
    package init(kind: Kind, payload: String, organisation: String?) throws(Refusal) {
        let reading = OrderReading(payload: payload, organisation: organisation)
        switch kind {
        case .correct:
            var corrected: Corrected = try reading.read()
            // What was written and how the person is reached comes with the registration's own page alone.
            (corrected.contactable, corrected.submission) = (nil, nil)
            self = .correct(corrected, due: try reading.read(Due.self).due)
        case .classify: self = .classify(try reading.read(), due: try reading.read(Due.self).due)
        case .accept: self = .accept
        case .dispatch: self = .dispatch(try reading.read())
        case .redirect: self = .redirect(try reading.read())
        case .refuse: self = .refuse(try reading.read())
        case .link: self = .link(try reading.read())
        case .submit: self = .submit(try reading.read())
        case .instruct: self = .instruct(try reading.read())
        case .sign: self = .sign(try reading.read())
        case .return: self = .return(try reading.read())
        case .dispute: self = .dispute(reason: try reading.read(Reason.self).reason)
        case .contact: self = .contact(try reading.read())
        case .visit: self = .visit(try reading.read())
        case .note: self = .note(try reading.read())
        case .inform: self = .inform(try reading.read())
        case .askExtension: self = .askExtension(try reading.read())
        case .grantExtension:
            let grant = try reading.read(Grant.self)
            self = .grantExtension(due: grant.due, means: grant.means)
        case .refuseExtension: self = .refuseExtension(reason: try reading.read(Reason.self).reason)
        case .setLimit: self = .setLimit(try reading.read())
        case .reply: self = .reply(try reading.read())
        case .answerAtOnce: self = .answerAtOnce(try reading.read())
        case .callBack:
            let call = try reading.read(Call.self)
            self = .callBack(
                CalledBack(by: .centre, form: call.form, outcome: call.outcome),
                try call.rated())
        case .close: self = .close(try reading.read())
        case .supervise: self = .supervise(reason: try reading.read(Reason.self).reason)
        case .answerSupervision: self = .answerSupervision(try reading.read())
        case .reviewSupervision: self = .reviewSupervision(try reading.read())
        case .waiveSupervision:
            let waiver = try reading.read(Waiver.self)
            self = .waiveSupervision(order: waiver.order, note: waiver.note)
        case .register, .handOver, .requestJudgement, .repeat, .rate, .applyForReview, .withdraw, .fire:
            throw .notAllowed(kind.rawValue)
        }
    }

    private struct Reason: Decodable {
        let reason: String
    }

    private struct Due: Decodable {
        let due: Int64?
    }

    private struct Waiver: Decodable {
        let order: Int
        let note: Int?
    }

    private struct Grant: Decodable {
        let due: Int64?
        let means: String?
    }

    /// An attempt and, if somebody was reached, what was said.
    private struct Call: Decodable {
        let form: String
        let outcome: CalledBack.Outcome
        let resolved: Bool?
        let satisfaction: Satisfaction?
        let note: Int?

        func rated() throws(Refusal) -> Rated? {
            switch (resolved, satisfaction) {
            case (nil, nil): return nil
            case (let resolved?, let satisfaction?):
                return Rated(by: .agent, resolved: resolved, satisfaction: satisfaction, note: note)
            case (nil, _): throw .incomplete("resolved")
            case (_, nil): throw .incomplete("satisfaction")
            }
        }
    }
}

/// A payload with who acts put in.
private struct OrderReading {
    let payload: String
    let organisation: String?

    func read<Body: Decodable>(_ type: Body.Type = Body.self) throws(Refusal) -> Body {
        guard var members = (try? JSONSerialization.jsonObject(with: Data(payload.utf8))) as? [String: Any] else {
            throw .incomplete("payload")
        }
        if let path = Self.words(in: members) { throw .incomplete(path) }
        members["organisation"] = organisation ?? "centre"
        do {
            return try JSONDecoder().decode(type, from: JSONSerialization.data(withJSONObject: members))
        } catch let error as DecodingError {
            throw .incomplete(Self.field(error))
        } catch {
            throw .incomplete("payload")
        }
    }

    /// Where something stands that is no code. What an order says goes onto topics, so its texts are codes; words belong into its
    /// note. `nil`: nowhere.
    private static func words(in value: Any) -> String? {
        switch value {
        case let text as String: isCode(text) ? nil : ""
        case let list as [Any]: list.lazy.compactMap(words).first
        case let members as [String: Any]:
            members.sorted { $0.key < $1.key }.lazy.compactMap { key, value in
                words(in: value).map { $0.isEmpty ? key : "\(key).\($0)" }
            }.first
        default: nil
        }
    }

    /// Begins with a letter, so that no telephone number is one; 60 characters at most.
    private static func isCode(_ text: String) -> Bool {
        guard let first = text.utf8.first, (1...60).contains(text.utf8.count) else { return false }
        func isLetter(_ byte: UInt8) -> Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) }
        return isLetter(first)
            && text.utf8.allSatisfy {
                isLetter($0) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || "-_:.".utf8.contains($0)
            }
    }

    private static func field(_ error: DecodingError) -> String {
        let path: [any CodingKey] =
            switch error {
            case .keyNotFound(let key, let context): context.codingPath + [key]
            case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
                context.codingPath
            @unknown default: []
            }
        return path.isEmpty ? "payload" : path.map(\.stringValue).joined(separator: ".")
    }
}
