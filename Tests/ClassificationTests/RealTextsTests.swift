import Support
import Testing

@testable import Classification
@testable import Classifying

/// Real messages, where they are at hand.
@Suite struct RealTextsTests {
    @Test(.enabled(if: SharedData.file("messages_dev.csv") != nil, "no ../shared/data"))
    func `at least 60 of 100 real messages are decided by rule`() throws {
        let classifier = try #require(Shipped.hotline)
        let rows = try Shipped.table("messages_dev.csv")
        #expect(rows.count > 3000)
        var counts: [String: Int] = [:]
        for row in rows {
            let key =
                switch classifier.find(Complaint(title: row["title"], text: row["text"] ?? "")) {
                case .sure(let finding): "sure \(finding.subject ?? "nil")"
                case .doubtful(_, let why): "doubtful \(why.rawValue)"
                }
            counts[key, default: 0] += 1
        }
        let sure = counts.filter { $0.key.hasPrefix("sure") }.values.reduce(0, +)
        print(
            "messages_dev: \(sure) of \(rows.count) by rule;",
            counts.sorted { $0.value > $1.value }.map { "\($0.key) \($0.value)" }.joined(separator: ", "))
        #expect(Double(sure) >= 0.6 * Double(rows.count))
    }

    @Test(.enabled(if: SharedData.file("train.csv") != nil, "no ../shared/data"))
    func `what the rule decides agrees with people in 88 of 100 labelled messages`() throws {
        let classifier = try #require(Shipped.hotline)
        let subjects = [
            "城乡建设": "urban_construction", "劳动和社会保障": "labour_social_security", "教育文体": "education_culture",
            "商贸旅游": "commerce_tourism", "卫生计生": "health", "环境保护": "environment", "交通运输": "transport",
        ]
        let rows = try Shipped.table("train.csv")
        var (sure, right) = (0, 0)
        for row in rows {
            guard case .sure(let finding) = classifier.find(Complaint(title: row["title"], text: row["text"] ?? ""))
            else { continue }
            sure += 1
            if let label = row["label"], subjects[label] == finding.subject { right += 1 }
        }
        print("train: \(sure) of \(rows.count) by rule, \(right) as people did")
        #expect(sure > rows.count / 2)
        #expect(Double(right) >= 0.88 * Double(sure))
    }
}
