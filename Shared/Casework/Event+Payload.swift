import Foundation
import JSON

/// Gives the payload of an event as whatever type the event's kind has.
package protocol PayloadReader {
    func read<Body: Decodable>() throws -> Body
}

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
        case .corrected(let body): body
        case .classified(let body): body
        case .judgementRequested(let body): body
        case .accepted(let body): body
        case .dispatched(let body): body
        case .handedOver(let body): body
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
        try self.init(kind: kind, from: StoredPayload(text: payload))
    }

    private struct StoredPayload: PayloadReader {
        let text: String
        func read<Body: Decodable>() throws -> Body {
            try Event.decoder.decode(Body.self, from: Data(text.utf8))
        }
    }

    /// The event of this kind, its payload read by `reader`.
    package init(kind: Kind, from reader: some PayloadReader) throws {
        self =
            switch kind {
            case .registered: .registered(try reader.read())
            case .corrected: .corrected(try reader.read())
            case .classified: .classified(try reader.read())
            case .judgementRequested: .judgementRequested(try reader.read())
            case .accepted: .accepted(try reader.read())
            case .dispatched: .dispatched(try reader.read())
            case .handedOver: .handedOver(try reader.read())
            case .redirected: .redirected(try reader.read())
            case .refused: .refused(try reader.read())
            case .linked: .linked(try reader.read())
            case .repeated: .repeated(try reader.read())
            case .submitted: .submitted(try reader.read())
            case .instructed: .instructed(try reader.read())
            case .signed: .signed(try reader.read())
            case .returned: .returned(try reader.read())
            case .disputed: .disputed(try reader.read())
            case .contacted: .contacted(try reader.read())
            case .visited: .visited(try reader.read())
            case .noted: .noted(try reader.read())
            case .informed: .informed(try reader.read())
            case .extensionAsked: .extensionAsked(try reader.read())
            case .extensionGranted: .extensionGranted(try reader.read())
            case .extensionRefused: .extensionRefused(try reader.read())
            case .limitSet: .limitSet(try reader.read())
            case .replied: .replied(try reader.read())
            case .calledBack: .calledBack(try reader.read())
            case .rated: .rated(try reader.read())
            case .closed: .closed(try reader.read())
            case .reopened: .reopened(try reader.read())
            case .withdrawn: .withdrawn(try reader.read())
            case .warned: .warned(try reader.read())
            case .targetPassed: .targetPassed(try reader.read())
            case .missed: .missed(try reader.read())
            case .escalated: .escalated(try reader.read())
            case .supervised: .supervised(try reader.read())
            case .supervisionAnswered: .supervisionAnswered(try reader.read())
            case .supervisionReviewed: .supervisionReviewed(try reader.read())
            }
    }
}
