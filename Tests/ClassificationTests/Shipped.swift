import Casework
import Foundation
import Policies

@testable import Classification

/// What ships with the suite, read once for all tests.
enum Shipped {
    static let profiles = (try? Profile.shipped()) ?? []
    static let organisations = try? OrganisationsFile.shipped(for: profiles)
    static let directory = organisations?.directory ?? Directory(organisations: [], regions: [], jurisdictions: [])
    static let hotline = classifier("p000-06")
    static let commerce = classifier("p004-03")

    static func profile(_ name: String) -> Profile? { profiles.first { $0.name == name } }

    private static func classifier(_ name: String) -> Classifier? {
        profile(name).map { Classifier(profile: $0, directory: directory) }
    }

    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    static func hasData(_ name: String) -> Bool { FileManager.default.fileExists(atPath: place(of: name).path) }

    private static func place(of name: String) -> URL { root.appendingPathComponent("../shared/data/\(name)") }

    /// Public messages for measuring, which are not part of the project; `nil` where they do not exist.
    static func data(_ name: String) -> [[String: String]]? {
        (try? Data(contentsOf: place(of: name))).map { CSVTable.rows([UInt8]($0)) }
    }
}

/// RFC 4180 with a header, for the test data.
enum CSVTable {
    static func rows(_ bytes: [UInt8]) -> [[String: String]] {
        var records: [[String]] = [[]]
        var field: [UInt8] = []
        var quoted = false
        var previous: UInt8 = 0
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "\""):
                if !quoted, previous == byte { field.append(byte) }  // the second of two inside quotation marks
                quoted.toggle()
            case UInt8(ascii: ",") where !quoted:
                records[records.count - 1].append(String(decoding: field, as: UTF8.self))
                field = []
            case UInt8(ascii: "\n") where !quoted:
                records[records.count - 1].append(String(decoding: field, as: UTF8.self))
                field = []
                records.append([])
            default: field.append(byte)
            }
            previous = byte
        }
        guard let header = records.first else { return [] }
        return records.dropFirst().filter { $0.count == header.count }.map {
            Dictionary(zip(header, $0), uniquingKeysWith: { first, _ in first })
        }
    }
}
