import CaseAPI
import Casework
import HTTP
import Pages
import Policies

extension CasePages {
    /// A page to be printed. What it says of a person is read as on the page of the text: on record.
    var print: Route {
        Route(
            .post, "\(site.prefix)/cases/{number}/print", "打印用的工单,一页 A4;每次打开都留有记录", tags: ["pages"],
            body: .form(.object([WorkSite.formTokenField])), answers: [WorkSite.html]
        ) { request, answers in
            try await site.form(request, answers) { visitor in
                guard let number = request.parameter("number").flatMap(CaseNumber.init),
                    let text = try await book.text(of: number.id, for: visitor.session, purpose: "printing", on: access)
                else { throw Self.unknown }
                let paper = try await paper(number, text, visitor)
                return site.frame(
                    "工单 \(number)", for: visitor,
                    """
                    <p class="screen">请用浏览器的打印功能打印，一页 A4。<a href="\(site.prefix)/cases/\(number.description)">回到工单</a></p>
                    \(paper.html)
                    """
                ).response()
            }
        }
    }

    private func paper(_ number: CaseNumber, _ text: CaseText, _ visitor: WorkSite.Visitor) async throws -> PrintedCase
    {
        let (rules, now) = (try await book.rulebook(), try await book.now())
        let file = text.view.row.file
        let first = text.contacts[0]
        let policies = try rules.policies(of: file)
        let limits = clocks(of: file, under: policies, on: rules.calendar)
            .compactMap { clock in clock.limit.map { (clock, $0) } }.sorted { $0.1 < $1.1 }.prefix(3)
            .map { clock, limit in
                let rule = policies.first { $0.version.profile == clock.profile }?.clocks.first {
                    $0.name == clock.rule
                }
                return "\(rule?.title ?? "督办") \(limit.readable)"
            }
        func titled(_ code: String?) -> String? { code.map { KnownCodes.title(of: $0) } }
        let rows: [PrintedCase.Row?] = [
            .init("受理编号", number.description),
            .init("登记", "\(text.view.registeredAt.readable)，\(KnownCodes.title(of: file.channel))，第 \(file.round) 轮"),
            .init("身份", Self.title(of: file.identity)),
            .init("姓名", first.name), .init("电话", first.phone), .init("电子邮箱", first.email), .init("地址", first.address),
            .init("分类", Self.title(ofSubject: file, rules)),
            .init("行政区域", file.region.map { rules.directory.regions[$0]?.title ?? $0 }),
            .init("地点", first.place), .init("被反映的单位", first.about),
            .init("主办单位", Self.title(of: file.lead, rules)),
            .init("协办单位", file.helpers.map { Self.title(of: $0, rules) }.joined(separator: "、")),
            .init("期限", limits.joined(separator: "；")), .init("标题", first.title),
        ]
        return PrintedCase(
            number: number.description, rows: rows.compactMap(\.self), complaint: first.text,
            more: text.contacts.count - 1, printed: now, by: visitor.session.title)
    }
}
