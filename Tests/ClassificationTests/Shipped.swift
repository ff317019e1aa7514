import Casework
import Foundation
import Policies
import Support
import Testing

@testable import Classification
@testable import Classifying
@testable import Jiesu

/// What ships with the suite, read once for all tests.
enum Shipped {
    static let profiles = (try? Profile.shipped()) ?? []
    static let organisations = try? OrganisationsFile.shipped(for: profiles)
    static let directory = organisations?.directory ?? Directory(organisations: [], regions: [], jurisdictions: [])
    private static let classifiers = Dictionary(
        uniqueKeysWithValues: profiles.compactMap { profile in
            profile.classification.map { (profile.name, Classifier($0, directory: directory)) }
        })
    static let hotline = classifier("p000-06")
    static let commerce = classifier("p004-03")

    static func profile(_ name: String) -> Profile? { profiles.first { $0.name == name } }

    static func classifier(_ name: String) -> Classifier? { classifiers[name] }

    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// Rows of a public table, by the names in its header.
    static func table(_ name: String) throws -> [[String: String]] {
        var rest = try Data(contentsOf: #require(SharedData.file(name)))
        var reader = CSVReader {
            defer { rest = Data() }
            return [UInt8](rest)
        }
        var rows: [[String: String]] = []
        let header = try #require(try reader.next()).texts
        while let record = try reader.next() {
            guard record.fault == nil, record.fields.count == header.count else { continue }
            rows.append(Dictionary(zip(header, record.texts)) { first, _ in first })
        }
        return rows
    }
}

extension CSVReader.Record {
    fileprivate var texts: [String] { fields.map { String(decoding: $0, as: UTF8.self) } }
}
