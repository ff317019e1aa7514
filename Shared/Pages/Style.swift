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

/// The one script: it keeps lists up to date and counts down to limits (`Page(isLive:)`).
package enum Live {
    package static let route = Route(
        .get, "/live.js", "网页的脚本:列表自行更新,时限倒计时", tags: ["pages"],
        answers: [.init(200, "脚本", type: "text/javascript")]
    ) { _, _ in
        Response(
            status: 200, type: "text/javascript; charset=utf-8", headers: ["Cache-Control": "max-age=300"], body: script
        )
    }

    private static let script = Resource.bytes("live", "js")
}

private enum Resource {
    static func bytes(_ name: String, _ ending: String) -> [UInt8] {
        guard let url = Bundle.module.url(forResource: name, withExtension: ending),
            let data = try? Data(contentsOf: url)
        else { preconditionFailure("\(name).\(ending) belongs to the module") }
        return Array(data)
    }
}
