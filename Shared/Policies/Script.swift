import Foundation

/// What whoever calls back says, line by line: `script.json` (C.28).
package struct Script: Sendable, Equatable {
    package struct Line: Sendable, Equatable {
        /// C.28: `greeting`, or what a callback asks besides.
        package let kind: String
        package let title: String
        package let text: String
    }

    /// In their order.
    package let steps: [Line]
    /// For when it is called for.
    package let spare: [Line]

    package static func read(_ bytes: [UInt8], file name: String) throws(Mistakes) -> Script {
        let file = try CheckedFile(bytes, name: name)
        let keys = ["source", "steps", "spare"]
        let members = file.root.members(keys, required: keys)
        _ = members?["source"]?.text(most: 1000)
        var kinds: Set<String> = []
        func lines(_ key: String) -> [Line] {
            (members?[key]?.elements(of: "lines", least: 1) ?? []).compactMap { element in
                let keys = ["kind", "title", "text"]
                guard let members = element.members(keys, required: keys), let kind = members["kind"]?.code(),
                    let title = members["title"]?.text(most: 40), let text = members["text"]?.text(most: 400)
                else { return nil }
                if !kinds.insert(kind).inserted { element.report("the kind \(kind.quoted) is there twice") }
                return Line(kind: kind, title: title, text: text)
            }
        }
        let script = Script(steps: lines("steps"), spare: lines("spare"))
        try file.finish()
        return script
    }

    /// What comes with the suite.
    package static let shipped: Script = {
        guard let url = Bundle.module.url(forResource: "script", withExtension: "json"),
            let data = FileManager.default.contents(atPath: url.path),
            let script = try? read([UInt8](data), file: url.lastPathComponent)
        else { preconditionFailure("script.json, which comes with the program, is missing or damaged") }
        return script
    }()
}
