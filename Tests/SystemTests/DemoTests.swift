import Casework
import Foundation
import JSON
import Support
import Testing

extension SystemTests {
    @Test(.timeLimit(.minutes(5)))
    func `the demo prints one object, says where its folder is elsewhere, and leaves none unasked`() async throws {
        let place = try TemporaryFolder()
        let temporary = ["TMPDIR": place.url.path]
        func folders() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: place.url.path) }

        let kept = try await BuiltProgram.jiesu(["demo", "--json", "--cases", "12", "--keep"], environment: temporary)
        try #require(kept.status == 0, "\(kept)")
        try #require(kept.lines.count == 1, "\(kept)")
        let object = try JSON.parse([UInt8](kept.out.utf8))
        let cases = try #require(object["cases"])
        #expect(cases["registered"] == 12)
        #expect(cases["not_as_expected"] == 0)
        let ends = ["dispatched", "redirected", "refused", "awaiting_judgement"].compactMap { cases[$0]?.int }
        #expect(ends.count == 4 && ends.reduce(0, +) == 12)
        #expect((object["events"]?["consumed"]?.int ?? 0) >= (cases["dispatched"]?.int ?? 1))
        #expect(cases["open"] == 0)
        #expect(object["events"]?["waiting"] == 0)
        #expect(object["clocks"]?["fired_twice"] == 0)
        // What complainants were told came to the gateway that shows it, each message once.
        let notices = try #require(object["notices"])
        let delivered = try #require(notices["delivered"]?.int)
        #expect(delivered >= 24 && notices["shown"] == .int(delivered), "\(notices)")
        #expect(notices["failed"] == 0 && notices["waiting"] == 0, "\(notices)")
        // The same seed tells the same story, whoever was registered first.
        let again = try await BuiltProgram.jiesu(["demo", "--json", "--cases", "12"], environment: temporary)
        let second = try JSON.parse([UInt8](again.out.utf8))
        #expect(second["events"]?["kinds"] == object["events"]?["kinds"])
        #expect(second["notices"] == object["notices"])
        #expect(second["clocks"] == object["clocks"] && second["rates"] == object["rates"])
        #expect(object["audit"] == ["chains": 12, "broken": 0])
        #expect(object["parked"] == 0)
        #expect(try folders().count == 1)
        #expect(try kept.err.contains("data folder: \(place.url.path)/\(folders()[0])"), "\(kept)")
        try FileManager.default.removeItem(at: place.url.appending(path: folders()[0]))

        // The whole story, as `ops/demo` tells it: everything happens that can happen to a case between organisations that stay, and every kind of firing.
        let whole = try await BuiltProgram.jiesu(["demo", "--json"], environment: temporary)
        try #require(whole.status == 0, "\(whole)")
        let told = try JSON.parse([UInt8](whole.out.utf8))["events"]?["kinds"]?.object ?? JSONObject()
        let missing = Event.Kind.allCases.map(\.rawValue).filter { (told[$0]?.int ?? 0) == 0 }
        // No organisation of the invented city is merged.
        #expect(missing == ["handed_over"])

        // With what libpq does not know the demo cannot connect.
        let failed = try await BuiltProgram.jiesu(
            ["demo", "--json", "--cases", "1"], environment: temporary.merging(["PGSSLMODE": "nonsense"]) { $1 })
        #expect(failed.status == 1, "\(failed)")
        #expect(failed.out.isEmpty && failed.err.contains("\njiesu: postgres.connection: "), "\(failed)")
        #expect(try folders() == [])
    }
}
