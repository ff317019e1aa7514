import Foundation
import HTTP

/// The one style sheet.
package enum Style {
    package static let route = Route(
        .get, "/style.css", "网页的样式", tags: ["pages"], answers: [.init(200, "样式表", type: "text/css")]
    ) { _, _ in
        Response(status: 200, type: "text/css; charset=utf-8", headers: ["Cache-Control": "max-age=300"], body: sheet)
    }

    private static let sheet: [UInt8] = {
        guard let url = Bundle.module.url(forResource: "style", withExtension: "css"),
            let data = try? Data(contentsOf: url)
        else { preconditionFailure("style.css belongs to the module") }
        return Array(data)
    }()
}
