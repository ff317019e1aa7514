import Access
import CaseStore
import Casework
import HTTP
import Pages
import WorkPages
import WorkingTime

/// The cases behind a figure: their numbers, and from there the case's page for who may see it.
extension ReportPages {
    /// Rounds on one page.
    private static let listed = 100

    func address(of figure: Figure, _ question: Question, after: CountedRound? = nil) -> String {
        let from = after.map { "&after=\($0.row.file.id)&round=\($0.round)" } ?? ""
        return "\(site.prefix)/figure?\(question.query)&of=\(figure.measure?.rawValue ?? "registered")"
            + "&part=\(figure.part.rawValue)&group=\(figure.group.address)\(from)"
    }

    var behind: Route {
        Route(
            .get, "\(site.prefix)/figure", "一个统计数背后的工单:只有编号和状态", tags: ["pages"],
            parameters: Self.parameters + [
                .query("of", .choice(Measure.allCases.map(\.rawValue) + ["registered"]), required: true, "哪一项"),
                .query("part", .choice(Figure.Part.allCases.map(\.rawValue)), "分母、分子或其余"),
                .query("group", .string(0...60), "哪一组的代码;空为合计,- 为尚无的"),
                .query("after", .integer(0...Int64.max), "从这一件之后接着列"), .query("round", .integer(0...1000), "它的轮次"),
            ], answers: [WorkSite.html]
        ) { request, _ in
            try await page(request) { visitor in
                let question = try await question(request)
                guard let period = question.period else { throw Problem.invalid([.init("from", "没有这样的期间")]) }
                let figure = Figure(
                    measure: request.parameter("of").flatMap(Measure.init),
                    part: request.parameter("part").flatMap(Figure.Part.init) ?? .whole,
                    group: Figure.Group(address: request.parameter("group") ?? ""))
                let rounds = try await store.rounds(
                    behind: figure, by: question.grouping, within: question.within, in: period,
                    after: (request.parameters["after"]?.int ?? 0, Int(request.parameters["round"]?.int ?? 0)),
                    limit: Self.listed)
                return list(rounds, figure, question, period, visitor, try await cases.rulebook()).response()
            }
        }
    }

    private func list(
        _ rounds: [CountedRound], _ figure: Figure, _ question: Question, _ period: Period, _ visitor: WorkSite.Visitor,
        _ rules: Rulebook
    ) -> Page {
        // Whoever belongs to an organisation sees no more of the city's cases here than elsewhere.
        let seen = rounds.filter { counted in
            let policies = (try? rules.policies(of: counted.row.file)) ?? []
            return mayRead(
                counted.row.file, organisation: visitor.session.organisation, under: policies, in: rules.directory)
        }
        let rows = seen.map { counted -> HTML in
            let number = CaseNumber(id: counted.row.file.id).description
            return """
                <tr><td data-label="受理编号"><a href="\(site.prefix)/cases/\(number)">\(number)</a></td>
                <td data-label="轮次">\(counted.round)</td><td data-label="该轮状态">\(counted.state.title)</td></tr>
                """
        }
        let group =
            switch figure.group {
            case .all: "合计"
            case .none: question.grouping.titleOfNone
            case .code(let code): rules.title(of: code, question.grouping)
            }
        let others = figure.measure == nil ? [] : Figure.Part.allCases.filter { $0 != figure.part }
        let parts = others.map { part -> HTML in
            let other = Figure(measure: figure.measure, part: part, group: figure.group)
            return "<a href='\(address(of: other, question))'>\(other.title)</a>"
        }
        let table: HTML = """
            <table><thead><tr><th scope="col">受理编号</th><th scope="col">轮次</th><th scope="col">该轮状态</th></tr></thead>
            <tbody>\(rows)</tbody></table>
            """
        let next = rounds.count == Self.listed ? rounds.last : nil
        return site.frame(
            "\(group)：\(figure.title)", for: visitor,
            """
            <p>\(period.from.description) 至 \(period.to.description) 登记的。只列编号；内容在工单页上凭权限查阅。</p>
            \(parts.isEmpty ? nil : HTML("<p class='ways'>\(parts)</p>"))
            \(rows.isEmpty ? nil : table)
            \(rounds.isEmpty ? "<p>没有这样的工单。</p>" : nil)
            \(seen.count < rounds.count ? "<p class='hint'>其余的不在您可以查阅的范围。</p>" : nil)
            \(next.map { last -> HTML in "<p><a href='\(address(of: figure, question, after: last))'>以下 \(Self.listed) 件</a></p>" })
            <p><a href="\(site.prefix)/rates?\(question.query)">回到统计</a></p>
            """)
    }
}
