import Access
import HTTP
import Pages
import Policies
import WorkPages

/// Who administered what, and when.
struct AdminRecord: Sendable {
    let pages: AdminPages
    private var path: String { "\(pages.site.prefix)/record" }

    var all: [Route] { [list] }

    /// Entries on one page.
    private static let listed = 100

    private var list: Route {
        Route(
            .get, path, "管理记录的页面", tags: ["pages"],
            parameters: [.query("before", .integer(1...Int64.max), required: false, "只列这一条以前的")],
            answers: [WorkSite.html]
        ) { request, _ in
            try await pages.page(request) { visitor in
                let found = try await pages.pool.withConnection {
                    try await Administration.list(
                        before: request.parameters["before"]?.int, limit: Self.listed + 1, for: visitor.token, on: $0)
                }
                let rows = found.prefix(Self.listed).map(Self.row)
                let next = found.count > Self.listed ? found[Self.listed - 1].id : nil
                return pages.site.frame(
                    "管理记录", for: visitor,
                    """
                    <table><thead><tr><th scope="col">时间</th><th scope="col">谁</th><th scope="col">做了什么</th>
                    <th scope="col">对象</th></tr></thead><tbody>\(Array(rows))</tbody></table>
                    \(next.map { id -> HTML in "<p><a id='next' href='\(path)?before=\("\(id)")'>更早的</a></p>" })
                    """
                ).response()
            }
        }
    }

    private static func row(_ one: Administration) -> HTML {
        """
        <tr><td data-label="时间">\(one.at.readable)</td>
        <td data-label="谁">\(one.title.map { "\($0)（\(one.who)）" } ?? "数据库登录 \(one.who)")</td>
        <td data-label="做了什么">\(KnownCodes.choices("acts").first { $0.code == one.act }?.title ?? one.act)</td>
        <td data-label="对象">\(one.about)</td></tr>
        """
    }
}
