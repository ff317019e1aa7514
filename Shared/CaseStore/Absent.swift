import Casework
import Foundation

extension Command.Absent {
    /// From what `jiesu.stands_in` says.
    package static func list(_ json: String) throws -> [Command.Absent] {
        do {
            return try JSONDecoder().decode([Command.Absent].self, from: Data(json.utf8))
        } catch {
            throw StoreError.unreadable("stands_in")
        }
    }
}
