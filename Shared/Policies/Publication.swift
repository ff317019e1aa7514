import Foundation

/// How figures are shown to everybody: `publication.json`. Which figures is said by each scheme (`Openness`).
package struct Publication: Sendable, Equatable {
    /// A count from 1 to one below this is hidden.
    package var least: Int
    /// Whole months that are shown, up to the last one that is over.
    package var months: Int
    /// Minutes for which figures are shown before they are computed again.
    package var minutes: Int

    package init(least: Int, months: Int, minutes: Int) {
        self.least = least
        self.months = months
        self.minutes = minutes
    }

    package static func read(_ bytes: [UInt8], file name: String) throws(Mistakes) -> Publication {
        let file = try CheckedFile(bytes, name: name)
        let keys = ["source", "least", "months", "minutes"]
        let members = file.root.members(keys, required: keys)
        _ = members?["source"]?.text()
        // Below three, the other of two hidden counts could be told from their sum.
        let least = members?["least"]?.integer(in: 3...1000)
        let months = members?["months"]?.integer(in: 1...60)
        let minutes = members?["minutes"]?.integer(in: 1...10_000)
        try file.finish()
        guard let least, let months, let minutes else {
            throw Mistakes(list: [Mistake(file: name, line: 1, key: "", message: "could not be read")])
        }
        return Publication(least: least, months: months, minutes: minutes)
    }

    /// What comes with the suite. Reads a file: call it once at start.
    package static func shipped() throws -> Publication {
        guard let url = Bundle.module.url(forResource: "publication", withExtension: "json") else {
            throw CocoaError(.fileNoSuchFile)
        }
        return try read([UInt8](Data(contentsOf: url)), file: url.lastPathComponent)
    }
}
