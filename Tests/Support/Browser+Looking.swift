import Foundation
import JSON

extension Browser {
    package static let pictures = BuiltProgram.folder.appending(path: "../../pages").standardized

    /// The page on paper, A4 with margins of 15 mm, and on how many sides.
    package func printed() async throws -> (pdf: Data, pages: Int) {
        let pdf = try await pdf(["width": 21, "height": 29.7], margin: 1.5)
        // Chromium writes the objects of pages as plain text.
        let pages = String(decoding: pdf, as: UTF8.self).matches(of: /\/Type\s*\/Page\b/).count
        return (pdf, pages)
    }

    /// Looks at the page as people do on a telephone and at a desk, and keeps the pictures in `.build/pages` under its name.
    /// - Parameter judged: whether axe is asked as well, which needs JavaScript.
    /// - Returns: what is wrong with it: more than fits the width, and what axe finds.
    package func faults(of name: String, judged: Bool) async throws -> [String] {
        try FileManager.default.createDirectory(at: Self.pictures, withIntermediateDirectories: true)
        var faults: [String] = []
        for width in [360, 1280] {
            let (overflow, picture) = try await look(width: width)
            if overflow != 0 { faults.append("\(name) at \(width): \(overflow) pixels too wide") }
            try picture.write(to: Self.pictures.appending(path: "\(name)-\(width).png"))
        }
        guard judged, let axe = SharedData.axe() else { return faults }
        let violations = try await run(
            axe + ";const done = arguments[arguments.length - 1];"
                + "axe.run().then(r => done(r.violations.map(v => v.id + ': ' + v.nodes.map(n => n.html).join(' | '))))"
        )
        return faults + (violations.array ?? [violations]).map { "\(name): \($0.string ?? $0.text)" }
    }
}
