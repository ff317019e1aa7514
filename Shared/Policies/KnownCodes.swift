import Foundation
import JSON

/// Codes of the catalogue that the suite itself must know to act on, with their titles: `codes.json`. A profile chooses among
/// them and cannot invent more.
package enum KnownCodes {
    /// How a contact came, C.1.
    package static let channels = codes("channels")
    /// Channels that the public may name itself, the usual one first; letters, visits and leaders' instructions are for operators
    /// and imports.
    package static let publicChannels = codes("channels") { $0["public"]?.bool == true }
    /// Who may have brought a complaint, C.3.
    package static let sources = codes("sources")
    /// The parameters of D.2 that set limits.
    package static let steps = codes("steps")
    /// Grounds of refusal, D.2 `refuse`. "Never" is said by leaving the parameter out.
    package static let refusals = codes("refusals")
    /// Regions whose days off are known: for each there is a file in `calendars/`.
    package static let regions = codes("regions")
    /// What people do in the suite, C.12: the roles that an account may have.
    package static let roles = codes("roles")
    /// What is asked besides, by channel and by who brought it, in the order of a form.
    package static let particulars: [Particular] = (file["particulars"]?.array ?? []).map { entry in
        guard let one = Particular(entry) else { preconditionFailure("codes.json: \(entry.text) is no particular") }
        return one
    }

    /// What a form of the pages offers, with titles: `channels`, `sources`, `means` of telling somebody, `reasons` of returning and
    /// disputing (C.8), `delays` (C.11), `outcomes` (C.10), `forms` of an answer and what came of `calls` (C.18); and what administrators did (`acts`). The API takes other codes as well.
    package static func choices(_ list: StaticString) -> [(code: String, title: String)] {
        let list = "\(list)"
        precondition(file[list] != nil, "codes.json, which comes with the program, has no \(list)")
        return (file[list]?.array ?? []).compactMap { entry in
            entry["code"]?.string.flatMap { code in entry["title"]?.string.map { (code, $0) } }
        }
    }

    /// The Chinese title of a code of any of these lists; the code if there is none.
    package static func title(of code: String) -> String {
        for (_, list) in file.object ?? JSONObject() {
            if let entry = list.array?.first(where: { $0["code"]?.string == code }) {
                return entry["title"]?.string ?? code
            }
        }
        return code
    }

    /// The Chinese title of a role; its code if it is none of `roles`.
    package static func title(ofRole code: String) -> String {
        file["roles"]?.array?.first { $0["code"]?.string == code }?["title"]?.string ?? code
    }

    private static func codes(_ list: String, where isWanted: (JSON) -> Bool = { _ in true }) -> [String] {
        let codes = (file[list]?.array ?? []).filter(isWanted).compactMap { $0["code"]?.string }
        precondition(!codes.isEmpty, "codes.json, which comes with the program, has no \(list)")
        return codes
    }

    private static let file: JSON = {
        guard let url = Bundle.module.url(forResource: "codes", withExtension: "json"),
            let data = FileManager.default.contents(atPath: url.path), let json = try? JSON.parse([UInt8](data))
        else { preconditionFailure("codes.json, which comes with the program, is missing or damaged") }
        return json
    }()
}
