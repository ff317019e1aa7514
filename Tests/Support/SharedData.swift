import Foundation

/// Public data for measuring, and outside judges, that are no part of the project: the folder `shared` beside the package or further
/// up. Tests that need it are skipped where it is not.
package enum SharedData {
    /// `nil` where it is not at hand.
    package static func file(_ name: String) -> URL? { find("data/\(name)") }

    /// axe-core, which finds faults of accessibility in a page; `nil` where it is not at hand.
    package static func axe() -> String? {
        find("checks/axe.min.js").flatMap { try? String(contentsOf: $0, encoding: .utf8) }
    }

    /// The JSON Schema of AsyncAPI 3.0.0.
    package static func asyncAPI() -> URL? { find("checks/asyncapi-3.0.0.json") }

    private static func find(_ name: String) -> URL? {
        var folder = URL(filePath: #filePath).deletingLastPathComponent()
        while folder.path != "/" {
            let file = folder.appending(path: "shared/\(name)")
            if FileManager.default.fileExists(atPath: file.path) { return file }
            folder.deleteLastPathComponent()
        }
        return nil
    }
}
