import Casework
import Foundation
import JSON

extension Duties {
    /// Reads who may give which order, with every mistake reported. An order that is not named is nobody's.
    package static func read(_ bytes: [UInt8], file name: String) throws(Mistakes) -> Duties {
        let file = try CheckedFile(bytes, name: name)
        var duties: [Order.Kind: Duty] = [:]
        var looking: [String: Set<String>] = [:]
        let keys = ["source", "duties", "read", "search", "audit"]
        if let members = file.root.members(keys, required: keys) {
            for key in ["read", "search", "audit"] {
                let roles = members[key]?.distinct(of: "roles") { $0.code() }
                looking[key] = Set(roles ?? [])
            }
            let kinds = Order.Kind.allCases.map(\.rawValue)
            let entries = members["duties"]?.members(kinds, required: [])
            for kind in Order.Kind.allCases {
                guard let entry = entries?[kind.rawValue] else { continue }
                duties[kind] = read(entry)
            }
        }
        try file.finish()
        return Duties(
            duties, read: looking["read"] ?? [], search: looking["search"] ?? [], audit: looking["audit"] ?? [])
    }

    private static func read(_ value: CheckedValue) -> Duty? {
        guard let members = value.members(["roles", "place", "deputy"], required: ["roles", "place"]) else {
            return nil
        }
        let roles = members["roles"]?.distinct(of: "roles") { $0.code() }
        let place = members["place"]?.choice(Place.allCases.map(\.rawValue), called: "place").flatMap(Place.init)
        let isForDeputies = members["deputy"].map { $0.bool() }
        guard let roles, let place else { return nil }
        return Duty(roles: Set(roles), place: place, isForDeputies: isForDeputies.flatMap(\.self) ?? false)
    }

    /// Those that come with the suite. Reads a file: call it once at start.
    package static func shipped() throws -> Duties {
        guard let url = Bundle.module.url(forResource: "duties", withExtension: "json") else {
            throw CocoaError(.fileNoSuchFile)
        }
        return try read([UInt8](Data(contentsOf: url)), file: url.lastPathComponent)
    }
}
