import Foundation

/// Public data for measuring that is no part of the project: the folder `shared/data` beside the package or further up. Tests
/// that need it are skipped where it is not.
package enum SharedData {
    /// `nil` where it is not at hand.
    package static func file(_ name: String) -> URL? {
        var folder = URL(filePath: #filePath).deletingLastPathComponent()
        while folder.path != "/" {
            let file = folder.appending(path: "shared/data/\(name)")
            if FileManager.default.fileExists(atPath: file.path) { return file }
            folder.deleteLastPathComponent()
        }
        return nil
    }
}
