import Casework
import JSON
import WorkingTime

/// An event on the wire: CloudEvents 1.0, Kafka binding, binary mode. Headers tell what it is, the value is its
/// payload.
///
/// The digest of a day goes the same way, as a message of no case.
///
/// Within a generation the first copy of each event arrives in order of a case's versions; a reader drops a
/// `caseversion` it has seen.
package struct CloudEvent: Sendable, Equatable {
    /// Raised when topics were refilled or a database was restored.
    package var generation: Int64
    package var caseID: Int64
    package var version: Int
    /// The event's word; a newer suite may send words that `Event.Kind` does not know.
    package var kind: String
    package var round: Int
    package var at: Moment
    /// Lower-case hexadecimal; the audit chain's hash of this event.
    package var hash: String
    package var payload: String

    /// `ce_type` is this and the kind; a message without it is none of ours.
    package static let typePrefix = "jiesu.case."
    /// `ce_source` is this and the generation.
    private static let sourcePrefix = "/jiesu/"
    /// `ce_type` of a digest.
    package static let digestType = "jiesu.digest"
    /// In place of a case's id with a digest, whose number is the version.
    package static let noCase: Int64 = 0

    package init(
        generation: Int64, caseID: Int64, version: Int, kind: String, round: Int, at: Moment, hash: String,
        payload: String
    ) {
        self.generation = generation
        self.caseID = caseID
        self.version = version
        self.kind = kind
        self.round = round
        self.at = at
        self.hash = hash
        self.payload = payload
    }

    /// The message's: whatever has the same one stays in order.
    package var key: String { String(caseID == Self.noCase ? Int64(version) : caseID) }

    /// Message headers in a fixed order.
    package var headers: [(String, String)] {
        guard caseID != Self.noCase else {
            return [
                ("ce_specversion", "1.0"),
                ("ce_id", id),
                ("ce_type", Self.digestType),
                ("ce_source", "\(Self.sourcePrefix)\(generation)"),
                ("ce_time", at.rfc3339),
                ("ce_hash", hash),
                ("content-type", "application/json"),
            ]
        }
        return [
            ("ce_specversion", "1.0"),
            ("ce_id", id),
            ("ce_type", Self.typePrefix + kind),
            ("ce_source", "\(Self.sourcePrefix)\(generation)"),
            ("ce_subject", String(caseID)),
            ("ce_time", at.rfc3339),
            ("ce_caseversion", String(version)),
            ("ce_round", String(round)),
            ("ce_hash", hash),
            ("content-type", "application/json"),
        ]
    }

    /// `ce_id`: the same whenever the message is sent in its generation.
    package var id: String {
        caseID == Self.noCase ? "\(generation):digest:\(version)" : "\(generation):\(caseID):\(version)"
    }

    /// The whole message as one JSON text (CloudEvents' structured mode), for who cannot read headers: the same words without `ce_`,
    /// and the payload as `data`.
    package var structured: String {
        let members = headers.map { name, value in
            let name = name == "content-type" ? "datacontenttype" : String(name.dropFirst("ce_".count))
            return "\(JSON.string(name).text):\(JSON.string(value).text)"
        }
        return "{\(members.joined(separator: ",")),\"data\":\(payload)}"
    }

    /// What a consumer of the suite needs to know of a message, from its headers alone.
    package struct Notice: Sendable, Equatable {
        package let caseID: Int64
        /// `nil`: a kind that this version of the suite does not know.
        package let kind: Event.Kind?
        /// `nil` where it does not say.
        package let generation: Int64?

        /// Why a message is no event of ours.
        package enum Fault: String, Error, Sendable {
            case noType = "no_type"
            case noSubject = "no_subject"
        }

        /// - Throws: `Fault` for a message that is no event of the suite.
        package init(header: (String) -> String?) throws(Fault) {
            guard let type = header("ce_type"), type.hasPrefix(CloudEvent.typePrefix) else { throw .noType }
            guard let id = header("ce_subject").flatMap({ Int64($0) }), id > 0 else { throw .noSubject }
            caseID = id
            generation = header("ce_source").flatMap { source in
                source.hasPrefix(CloudEvent.sourcePrefix)
                    ? Int64(source.dropFirst(CloudEvent.sourcePrefix.count)) : nil
            }
            kind = Event.Kind(rawValue: String(type.dropFirst(CloudEvent.typePrefix.count)))
        }
    }
}
