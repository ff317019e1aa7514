import Foundation
import JSON
import Support

/// A complaint to send, and what its profile says must become of it.
struct Complaint: Sendable {
    let key: String
    let body: JSON
    /// `nil` if the test does not care.
    let state: String?

    init(key: String, body: JSON, state: String? = nil) {
        self.key = key
        self.body = body
        self.state = state
    }

    /// The samples of the demo, again and again, each under a key of its own; without those that quote an earlier number.
    static func samples(_ count: Int, key prefix: String) throws -> [Complaint] {
        let file = BuiltProgram.folder.appending(path: "jiesu_Jiesu.resources/Samples/complaints.jsonl")
        let samples = try Data(contentsOf: file).split(separator: UInt8(ascii: "\n")).map {
            try JSON.parse([UInt8]($0))
        }
        .filter { $0["earlier"] == nil }
        return (0..<count).map { index in
            let sample = samples[index % samples.count]
            var body = JSONObject()
            for (key, value) in sample.object ?? [:] where key != "expect" { body[key] = value }
            return Complaint(
                key: "\(prefix)-\(index)", body: .object(body), state: sample["expect"]?["state"]?.string)
        }
    }

    /// About a broken street lamp in Wangting: goes to that district's urban management.
    static func lamp(_ key: String, more: String = "") -> Complaint {
        Complaint(
            key: key,
            body: [
                "text": .string("柳坝路沿线路灯坏了十几盏，晚上走人行道全靠手机照明，请城管部门尽快更换路灯。\(more)"),
                "line": "12345", "identity": "anonymous", "place": ["address": "柳坝路", "region": "望汀区"],
            ], state: "dispatched")
    }

    /// About unpaid wages in Tongdu.
    static func wages(_ key: String) -> Complaint {
        Complaint(
            key: key,
            body: [
                "text": "桐渡区工地拖欠农民工工资三个月，劳动监察一直没有处理，请督促发放工资。", "line": "12345",
                "identity": "anonymous", "place": ["region": "桐渡区"],
            ], state: nil)
    }
}
