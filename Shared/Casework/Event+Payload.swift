import Foundation
import JSON

extension Event {
    /// The payload as it is stored, hashed and sent: JSON, keys sorted, so the same event is the same bytes.
    package var payload: String {
        do {
            return try JSON.text(encoding: body)
        } catch {
            // Only a non-finite score could do this, and scores are sums of the finite weights of a checked profile.
            preconditionFailure("an event's payload is always encodable: \(error)")
        }
    }

    private static let decoder = JSONDecoder()

    private var body: any Encodable {
        switch self {
        case .registered(let body): body
        case .classified(let body): body
        case .judgementRequested(let body): body
        case .accepted(let body): body
        case .dispatched(let body): body
        case .redirected(let body): body
        case .refused(let body): body
        case .linked(let body): body
        case .repeated(let body): body
        case .submitted(let body): body
        case .instructed(let body): body
        case .signed(let body): body
        case .returned(let body): body
        case .disputed(let body): body
        case .contacted(let body): body
        case .visited(let body): body
        case .noted(let body): body
        case .informed(let body): body
        case .extensionAsked(let body): body
        case .extensionGranted(let body): body
        case .extensionRefused(let body): body
        case .limitSet(let body): body
        case .replied(let body): body
        case .calledBack(let body): body
        case .rated(let body): body
        case .closed(let body): body
        case .reopened(let body): body
        case .withdrawn(let body): body
        case .warned(let body): body
        case .targetPassed(let body): body
        case .missed(let body): body
        case .escalated(let body): body
        case .supervised(let body): body
        case .supervisionAnswered(let body): body
        case .supervisionReviewed(let body): body
        }
    }

    /// Reads a stored or received payload. Unknown fields are from a newer version and are ignored.
    /// - Throws: `DecodingError` if the payload is not what `kind` promises.
    package init(kind: Kind, payload: String) throws {
        func read<Body: Decodable>(_ type: Body.Type = Body.self) throws -> Body {
            try Self.decoder.decode(type, from: Data(payload.utf8))
        }
        self =
            switch kind {
            case .registered: .registered(try read())
            case .classified: .classified(try read())
            case .judgementRequested: .judgementRequested(try read())
            case .accepted: .accepted(try read())
            case .dispatched: .dispatched(try read())
            case .redirected: .redirected(try read())
            case .refused: .refused(try read())
            case .linked: .linked(try read())
            case .repeated: .repeated(try read())
            case .submitted: .submitted(try read())
            case .instructed: .instructed(try read())
            case .signed: .signed(try read())
            case .returned: .returned(try read())
            case .disputed: .disputed(try read())
            case .contacted: .contacted(try read())
            case .visited: .visited(try read())
            case .noted: .noted(try read())
            case .informed: .informed(try read())
            case .extensionAsked: .extensionAsked(try read())
            case .extensionGranted: .extensionGranted(try read())
            case .extensionRefused: .extensionRefused(try read())
            case .limitSet: .limitSet(try read())
            case .replied: .replied(try read())
            case .calledBack: .calledBack(try read())
            case .rated: .rated(try read())
            case .closed: .closed(try read())
            case .reopened: .reopened(try read())
            case .withdrawn: .withdrawn(try read())
            case .warned: .warned(try read())
            case .targetPassed: .targetPassed(try read())
            case .missed: .missed(try read())
            case .escalated: .escalated(try read())
            case .supervised: .supervised(try read())
            case .supervisionAnswered: .supervisionAnswered(try read())
            case .supervisionReviewed: .supervisionReviewed(try read())
            }
    }
}
