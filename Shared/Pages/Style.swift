import Foundation
import HTTP

/// The one style sheet.
package enum Style {
    package static let route = Route(
        .get, "/style.css", "网页的样式", tags: ["pages"], answers: [.init(200, "样式表", type: "text/css")]
    ) { _, _ in
        Response(status: 200, type: "text/css; charset=utf-8", headers: ["Cache-Control": "max-age=300"], body: sheet)
    }

    private static let sheet = Resource.bytes("style", "css")
}

/// Our scripts: files of their own, each on the pages that ask for it. What they do a page can do without.
package enum PageScript: String, CaseIterable, Sendable {
    /// Keeps `#live` up to date and counts down to limits.
    case live
    /// Shows photos as they are chosen, and lets them be taken away again: for inputs with `data-most` and `data-bytes`.
    case photos
    /// Fetches into `#assist` what is suggested for the form `#register` while somebody types: `data-assist` says from where. Shows the
    /// questions (`data-of`) that belong to what is chosen in it.
    case suggestions

    var address: String { "/\(rawValue).js" }

    /// What a page with these allows besides what every page does.
    static func policy(_ scripts: [PageScript]) -> String {
        let own = scripts.isEmpty ? "" : "; script-src 'self'"
        // A picture that was chosen and not sent yet.
        let pictures = scripts.contains(.photos) ? " blob:" : ""
        return own + "; img-src 'self'" + pictures + (scripts.contains { $0 != .photos } ? "; connect-src 'self'" : "")
    }

    package var route: Route {
        let source = Resource.bytes(rawValue, "js")
        return Route(
            .get, address, "网页的脚本", tags: ["pages"], answers: [.init(200, "脚本", type: "text/javascript")]
        ) { _, _ in
            Response(
                status: 200, type: "text/javascript; charset=utf-8", headers: ["Cache-Control": "max-age=300"],
                body: source)
        }
    }
}

private enum Resource {
    static func bytes(_ name: String, _ ending: String) -> [UInt8] {
        guard let url = Bundle.module.url(forResource: name, withExtension: ending),
            let data = try? Data(contentsOf: url)
        else { preconditionFailure("\(name).\(ending) belongs to the module") }
        return Array(data)
    }
}
