import Foundation

extension Event {
    /// The payload as it is stored, hashed and sent: JSON, keys sorted, so the same event is the same bytes.
    package var payload: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            let data =
                switch self {
                case .registered(let body): try encoder.encode(body)
                case .classified(let body): try encoder.encode(body)
                case .judgementRequested(let body): try encoder.encode(body)
                case .dispatched(let body): try encoder.encode(body)
                case .redirected(let body): try encoder.encode(body)
                case .refused(let body): try encoder.encode(body)
                case .linked(let body): try encoder.encode(body)
                }
            return String(decoding: data, as: UTF8.self)
        } catch {
            // Only a non-finite score could do this, and scores are sums of the finite weights of a checked profile.
            preconditionFailure("an event's payload is always encodable: \(error)")
        }
    }

    /// Reads a stored or received payload. Unknown fields are from a newer version and are ignored.
    /// - Throws: `DecodingError` if the payload is not what `kind` promises.
    package init(kind: Kind, payload: String) throws {
        let decoder = JSONDecoder()
        let data = Data(payload.utf8)
        self =
            switch kind {
            case .registered: .registered(try decoder.decode(Registered.self, from: data))
            case .classified: .classified(try decoder.decode(Finding.self, from: data))
            case .judgementRequested: .judgementRequested(try decoder.decode(JudgementRequested.self, from: data))
            case .dispatched: .dispatched(try decoder.decode(Dispatched.self, from: data))
            case .redirected: .redirected(try decoder.decode(Redirected.self, from: data))
            case .refused: .refused(try decoder.decode(Refused.self, from: data))
            case .linked: .linked(try decoder.decode(Linked.self, from: data))
            }
    }
}
