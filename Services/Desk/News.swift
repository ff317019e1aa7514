import Casework
import HTTP
import JSON
import Postgres
import WorkingTime

/// An event that the organisation was told: codes and times, nothing that was typed.
struct News: Sendable, Equatable {
    let caseID: Int64
    let version: Int
    /// The event's word; a newer suite may have words that this one does not know.
    let kind: String
    let at: Moment
    /// Of the case as it is now; `nil` if it is not the organisation's any more.
    let state: State?

    /// Columns: case, version, kind, microseconds, state.
    init(_ row: Row) throws {
        caseID = try row.get(0)
        version = try row.get(1)
        kind = try row.get(2)
        at = Moment(microseconds: try row.get(3))
        state = try row.get(4, as: String?.self).flatMap(State.init)
    }

    /// - Parameter id: `nil` while more follows that belongs to the same position.
    func event(id: Position?) -> ServerSentEvent {
        var data: JSONObject = [
            "number": .string(CaseNumber(id: caseID).description), "version": .int(Int64(version)),
            "kind": .string(kind), "at": .string(at.iso8601),
        ]
        data["state"] = state.map { .string($0.rawValue) }
        data["state_title"] = state.map { .string($0.title) }
        return ServerSentEvent(kind, data: .object(data), id: id?.text)
    }
}
