import Foundation
import WorkingTime

extension WorkCalendar {
    /// The calendar that comes with the suite for one of `KnownCodes.regions`: the State Council's if none is named.
    /// Reads a file: call it once at start.
    package static func shipped(region: String = Counting().region) throws -> WorkCalendar {
        try read(Array(try shippedDocument(region: region).utf8), file: "\(region.lowercased()).json")
    }

    /// The text of its file: what the database keeps of it.
    package static func shippedDocument(region: String = Counting().region) throws -> String {
        guard KnownCodes.regions.contains(region),
            let url = Bundle.module.url(
                forResource: region.lowercased(), withExtension: "json", subdirectory: "calendars")
        else { throw CocoaError(.fileNoSuchFile) }
        return try String(contentsOf: url, encoding: .utf8)
    }
}
