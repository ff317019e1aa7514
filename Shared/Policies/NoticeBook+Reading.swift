import Casework
import Foundation

extension NoticeBook {
    /// Reads what complainants are told, with every mistake reported.
    package static func read(_ bytes: [UInt8], file name: String) throws(Mistakes) -> NoticeBook {
        let file = try CheckedFile(bytes, name: name)
        let keys = ["source", "watchers", "retry_minutes", "report_hours", "notices"]
        let members = file.root.members(keys, required: keys)
        let watchers = members?["watchers"]?.distinct(of: "roles", least: 1) {
            $0.choice(KnownCodes.roles, called: "role")
        }
        let minutes = members?["retry_minutes"]?.elements(of: "minutes").compactMap { $0.integer(in: 1...10_080) }
        let hours = members?["report_hours"]?.integer(in: 1...720)
        var names: Set<String> = []
        let kinds = members?["notices"]?.elements(of: "notices", least: 1).compactMap { element -> NoticeKind? in
            let kind = NoticeKind(element)
            if let kind, !names.insert(kind.name).inserted { element.report("\(kind.name.quoted) stands here twice") }
            return kind
        }
        if let minutes, minutes.count > 20 { members?["retry_minutes"]?.report("expected at most 20 minutes") }
        try file.finish()
        return NoticeBook(
            kinds: kinds ?? [], retryMinutes: minutes ?? [], reportHours: hours ?? 1, watchers: Set(watchers ?? []))
    }

    /// The one that comes with the suite. Reads a file: call it once at start.
    package static func shipped() throws -> NoticeBook {
        guard let url = Bundle.module.url(forResource: "notices", withExtension: "json") else {
            throw CocoaError(.fileNoSuchFile)
        }
        return try read([UInt8](Data(contentsOf: url)), file: url.lastPathComponent)
    }
}

extension NoticeKind {
    fileprivate init?(_ value: CheckedValue) {
        let required = ["name", "title", "on", "tells", "text"]
        guard let members = value.members(required + ["only_owed"], required: required) else { return nil }
        let name = members["name"]?.code()
        let title = members["title"]?.text(most: 40)
        let on = members["on"]?.distinct(of: "events", least: 1) { $0.choice(Self.words, called: "event") }
        let tells = members["tells"]?.distinct(of: "things told") {
            $0.choice(Informed.What.allCases.map(\.rawValue), called: "thing told")
        }
        let onlyOwed = members["only_owed"]?.bool() ?? false
        let text = members["text"].flatMap(Self.text)
        guard let name, let title, let on, let tells, let text else { return nil }
        self.init(
            name: name, title: title, on: Set(on), onlyOwed: onlyOwed, tells: tells.compactMap(Informed.What.init),
            text: text)
    }

    private static func text(_ value: CheckedValue) -> NoticeText? {
        guard let text = value.text(most: 500) else { return nil }
        do throws(NoticeText.Fault) {
            return try NoticeText(text)
        } catch {
            value.report(error.message)
            return nil
        }
    }
}
