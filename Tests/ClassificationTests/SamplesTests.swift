import Casework
import JSON
import Policies
import Testing

@testable import Classification
@testable import Classifying

/// The complaints that the demo sends: each ends as its line says, by the real rules.
@Suite struct SamplesTests {
    @Test func `there are samples for both lines`() {
        #expect(Sample.all.filter { $0.profile == "p000-06" }.count >= 130)
        #expect(Sample.all.filter { $0.profile == "p004-03" }.count >= 20)
    }

    @Test func `every sample goes where it is expected`() throws {
        for sample in Sample.all {
            let classifier = try #require(Shipped.classifier(sample.profile))
            let policy = try #require(Shipped.profile(sample.profile)).policy
            let outcome = sample.outcome(classifier, policy, Shipped.directory)
            let found = classifier.find(sample.complaint)
            #expect(outcome == sample.expected, "line \(sample.line): \(sample.complaint.text) \(found)")
        }
    }

    @Test func `every subject of each profile occurs, and whatever is out of the ordinary`() throws {
        var findings: [Finding] = []
        for profile in Shipped.profiles {
            guard let words = profile.classification else { continue }
            let classifier = Classifier(words, directory: Shipped.directory)
            let found = Sample.all.filter { $0.profile == profile.name }.map { classifier.find($0.complaint).finding }
            let subjects = Set(found.compactMap(\.subject))
            let missing = words.subjects.map(\.code).filter { !subjects.contains($0) }
            #expect(missing == [], "\(profile.name)")
            findings += found
        }
        #expect(findings.contains { $0.urgency == "urgent" })
        #expect(findings.contains { !$0.accused.isEmpty }, "about an organisation")
        #expect(Sample.all.contains { $0.json["identity"] == "anonymous" })
        #expect(Sample.all.contains { $0.json["earlier"] != nil }, "repeated")
        for end in ["redirected", "refused"] {
            #expect(Sample.all.contains { $0.json["expect"]?["state"] == .string(end) }, "outside the remit: \(end)")
        }
    }

    @Test func `nobody real is in them`() {
        for sample in Sample.all {
            let contact = sample.json["contact"]
            #expect((contact == nil) == (sample.json["identity"]?.string == "anonymous"), "line \(sample.line)")
            #expect(contact?["phone"]?.string?.hasPrefix("1000") ?? true, "line \(sample.line)")
            #expect(contact?["email"]?.string?.hasSuffix("@example.invalid") ?? true, "line \(sample.line)")
        }
    }

    @Test func `what is earlier stands on an earlier line`() {
        for sample in Sample.all {
            guard let earlier = sample.json["earlier"]?.string else { continue }
            #expect(Int(earlier.dropFirst()).map { (1..<sample.line).contains($0) } == true, "line \(sample.line)")
        }
    }

    @Test func `no complaint about an organisation reaches it or who reports to it`() throws {
        var accusing = 0
        for sample in Sample.all {
            let accused = try #require(Shipped.classifier(sample.profile)).find(sample.complaint).finding.accused
            accusing += accused.isEmpty ? 0 : 1
            for one in [sample.json["expect"]?["lead"]?.string].compactMap(\.self) {
                #expect(!Shipped.directory.isUnder(one, anyOf: accused), "line \(sample.line)")
            }
        }
        #expect(accusing >= 10)
    }
}
