import Casework
import CaseStore
import JSON

/// What came of the demo.
struct DemoReport: Sendable {
    struct Case: Sendable {
        let number: CaseNumber
        let sample: Sample
        let state: String
        /// Who leads; of a redirected or refused one, where the person is told to go.
        let lead: String?
        /// Organisations in whose topic it arrived.
        let arrived: Set<String>

        /// What differs from what the profile says; `nil` if nothing does.
        var difference: String? {
            let expected = sample.expected
            if state != expected.state { return "expected \(expected.state), is \(state)" }
            if lead != expected.lead {
                return "expected \(expected.lead ?? "nobody"), went to \(lead ?? "nobody")"
            }
            let wanted = Set(state == "dispatched" ? [lead].compactMap { $0 } + expected.helpers : [])
            if let missing = Self.list(wanted.subtracting(arrived)) { return "did not arrive at \(missing)" }
            return Self.list(arrived.subtracting(wanted)).map { "arrived also at \($0)" }
        }

        private static func list(_ codes: Set<String>) -> String? {
            codes.isEmpty ? nil : codes.sorted().joined(separator: ", ")
        }
    }

    let cases: [Case]
    /// Where they stood at the end of the story, by state.
    let ends: [String: Int]
    /// Cases that had not come to their end.
    let open: Int
    let tally: DemoTally
    /// Messages that were read from the organisations' topics.
    let consumed: Int
    let directory: Directory
    let events: Int
    let outbox: Int
    let parked: Int
    /// Notices by what became of them; `shown`: what the demo's gateway got.
    let notices: [String: Int]
    let audit: Audit.Report
    let seconds: Duration

    var isAsExpected: Bool {
        cases.allSatisfy { $0.difference == nil } && open == 0 && tally.firedTwice == 0 && audit.broken.isEmpty
            && parked == 0 && notices["waiting"] ?? 0 == 0 && notices["shown"] ?? 0 == notices["delivered"] ?? 0
    }

    private func count(_ state: String) -> Int { cases.count { $0.state == state } }

    var json: JSON {
        [
            "cases": [
                "registered": .int(Int64(cases.count)), "dispatched": .int(Int64(count("dispatched"))),
                "redirected": .int(Int64(count("redirected"))), "refused": .int(Int64(count("refused"))),
                "awaiting_judgement": .int(Int64(count("awaiting_judgement"))),
                "closed": .int(Int64(ends["closed"] ?? 0)), "withdrawn": .int(Int64(ends["withdrawn"] ?? 0)),
                "open": .int(Int64(open)),
                "not_as_expected": .int(Int64(cases.count { $0.difference != nil })),
            ],
            "events": [
                "appended": .int(Int64(events)), "published": .int(Int64(tally.told - outbox)),
                "consumed": .int(Int64(consumed)), "waiting": .int(Int64(outbox)),
                "kinds": .object(
                    tally.kinds.sorted { $0.key < $1.key }.reduce(into: JSONObject()) {
                        $0[$1.key] = .int(Int64($1.value))
                    }),
            ],
            "clocks": [
                "armed": .int(Int64(tally.armed)), "fired": .int(Int64(tally.fired)),
                "fired_twice": .int(Int64(tally.firedTwice)),
            ],
            "rates": tally.rates,
            "parked": .int(Int64(parked)),
            "notices": [
                "delivered": .int(Int64(notices["delivered"] ?? 0)), "failed": .int(Int64(notices["failed"] ?? 0)),
                "waiting": .int(Int64((notices["waiting"] ?? 0) + (notices["sent"] ?? 0))),
                "shown": .int(Int64(notices["shown"] ?? 0)),
            ],
            "audit": ["chains": .int(Int64(audit.chains)), "broken": .int(Int64(audit.broken.count))],
            "seconds": .double(Double(seconds.components.seconds) + Double(seconds.components.attoseconds) * 1e-18),
        ]
    }

    /// For people: a line an organisation, a line a state, and every case that is not where it belongs.
    var table: String {
        var leads: [String: Int] = [:]
        var helps: [String: Int] = [:]
        for one in cases {
            for organisation in one.arrived {
                if organisation == one.lead {
                    leads[organisation, default: 0] += 1
                } else {
                    helps[organisation, default: 0] += 1
                }
            }
        }
        var lines = ["", "  lead  helps  topic"]
        for code in Set(leads.keys).union(helps.keys).sorted() {
            let title = directory.organisations[code]?.title ?? ""
            lines.append(
                "  \(padded(leads[code] ?? 0, 4))  \(padded(helps[code] ?? 0, 5))  \(Destination.inbox(code).topic)  \(title)"
            )
        }
        lines.append("")
        for state in State.allCases where count(state.rawValue) > 0 {
            lines.append("  \(padded(count(state.rawValue), 4))  \(state.rawValue)  \(state.title)")
        }
        lines.append("")
        lines.append("  and at the end of the story")
        for state in State.allCases where (ends[state.rawValue] ?? 0) > 0 {
            lines.append("  \(padded(ends[state.rawValue] ?? 0, 4))  \(state.rawValue)  \(state.title)")
        }
        lines.append("")
        lines.append("  \(tally.armed) clocks ran, \(tally.fired) steps fired, \(tally.firedTwice) of them twice")
        lines.append(
            "  in time \(tally.onTime) of \(tally.replied) answers; solved \(tally.resolved), satisfied \(tally.satisfied) of "
                + "\(tally.rated) who said")
        lines.append(
            "  complainants were told \(notices["delivered"] ?? 0) times; \(notices["failed"] ?? 0) messages failed")
        lines.append("")
        for one in cases {
            if let difference = one.difference { lines.append("  \(one.number): \(difference)") }
        }
        lines.append(
            "\(cases.count) complaints, \(events) events, \(audit.chains) hash chains, \(audit.broken.count) broken, "
                + "\(parked) parked, \(seconds.components.seconds) s")
        lines.append(
            isAsExpected
                ? "Every complaint went where its profile says and came to its end."
                : "Not everything went as its profile says.")
        return lines.joined(separator: "\n")
    }

    private func padded(_ number: Int, _ width: Int) -> String {
        let text = String(number)
        return String(repeating: " ", count: max(0, width - text.count)) + text
    }
}
