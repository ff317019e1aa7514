import Foundation

extension Profile {
    /// The profiles that come with the suite, in order of name. Reads files: call it once at start.
    package static func shipped() throws -> [Profile] {
        guard let folder = Bundle.module.url(forResource: "Profiles", withExtension: nil) else {
            throw CocoaError(.fileNoSuchFile)
        }
        return try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .filter { $0.pathExtension == "json" }
            .sorted { $0.lastPathComponent < $1.lastPathComponent }
            .map { try read([UInt8](Data(contentsOf: $0)), file: $0.lastPathComponent) }
    }
}

extension OrganisationsFile {
    /// The invented city that comes with the suite. Reads a file: call it once at start.
    package static func shipped(for profiles: [Profile]) throws -> OrganisationsFile {
        guard let url = Bundle.module.url(forResource: "organisations", withExtension: "json") else {
            throw CocoaError(.fileNoSuchFile)
        }
        return try read([UInt8](Data(contentsOf: url)), file: url.lastPathComponent, profiles: profiles)
    }
}
