import Casework
import Testing

/// Who may see a case at the centre.
struct ReadersTests {
    private struct Row: Sendable, CustomTestStringConvertible {
        let reader: String?
        var accused: [String] = []
        var isDisputed = false
        let sees: Bool

        var testDescription: String { "\(reader ?? "centre") accused: \(accused) disputed: \(isDisputed)" }
    }

    /// `city` runs the line, the office with duty `inspection_room` supervises, the one with duty `court` settles disputes; the case
    /// is with `env-city`, and `works-city` helps.
    private static let rows = [
        Row(reader: nil, sees: true), Row(reader: nil, accused: ["city"], sees: true),
        Row(reader: "env-city", sees: true), Row(reader: "works-city", sees: true),
        Row(reader: "env-east", sees: false), Row(reader: "works-east", sees: false),
        Row(reader: "unheard-of", sees: false),
        Row(reader: "city", sees: true), Row(reader: "inspection", sees: true),
        Row(reader: "court", sees: false), Row(reader: "court", isDisputed: true, sees: true),
        // Nobody sees a complaint about itself, nor about whom it reports to, whatever part it has.
        Row(reader: "env-city", accused: ["env-city"], sees: false),
        Row(reader: "env-city", accused: ["city"], sees: false),
        Row(reader: "env-city", accused: ["env-east"], sees: true),
        Row(reader: "works-city", accused: ["env-city"], sees: true),
        Row(reader: "city", accused: ["city"], sees: false), Row(reader: "inspection", accused: ["city"], sees: true),
        Row(reader: "inspection", accused: ["inspection"], sees: false),
    ]

    @Test(arguments: rows) private func whoTakesPartOrHasAPartGivenByThePoliciesSeesIt(row: Row) {
        let directory = Directory(
            organisations: City.directory.organisations.values.map { organisation in
                var organisation = organisation
                if organisation.code == "city" { organisation.roles = ["hotline"] }
                return organisation
            }, regions: Array(City.directory.regions.values), jurisdictions: [])
        var policy = Life.policy
        policy.dispute = ["court"]
        var file = City.classified(City.finding("environment", accused: row.accused))
        file.apply(.dispatched(Dispatched(lead: "env-city", helpers: ["works-city"])), at: City.noon)
        if row.isDisputed { file.apply(.disputed(Disputed(reason: "not_in_remit", step: 0)), at: City.noon) }
        #expect(mayRead(file, organisation: row.reader, under: [policy], in: directory) == row.sees)
    }
}
