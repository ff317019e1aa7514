import Access
import CaseAPI
import CaseStore
import Casework
import HTTP
import Pages
import Policies
import WorkingTime

/// Supervision (督办): the orders that run, how many there should be, and what was escalated.
extension CasePages {
    var supervised: Route {
        Route(
            .get, "\(prefix)/supervision", "督办中的件的页面,包括已办结的;最先到期的在前", tags: ["pages"], answers: [Self.html]
        ) { request, _ in
            try await site.page(request) { visitor in
                let views = try await book.supervised(for: visitor.session.organisation, limit: Self.listed)
                let (rules, now) = (try await book.rulebook(), try await book.now())
                let shares = isSupervisor(visitor.session, rules) ? try await supervision?.shares() : nil
                return site.frame(
                    "督办", for: visitor, isLive: true,
                    """
                    \(shares.map { Self.table($0.shares, $0.month, rules) })
                    <h2>督办中的工单</h2>
                    <p class="hint">已办结而督办尚未结束的也在内。</p>
                    \(live(views.isEmpty ? "<p>没有督办中的工单。</p>" : orders(views, rules, now), now))
                    \(views.count == Self.listed ? "<p class='hint'>只列出最先到期的 \(Self.listed) 件。</p>" : nil)
                    """
                ).response()
            }
        }
    }

    private func isSupervisor(_ session: Session, _ rules: Rulebook) -> Bool {
        session.has(any: (rules.facts.duties.duties[.supervise]?.roles ?? []).map(Role.init(code:)))
    }

    private func orders(_ views: [CaseView], _ rules: Rulebook, _ now: Moment) -> HTML {
        let rows = views.flatMap { view in
            view.row.file.course.running.map { order -> HTML in
                let number = CaseNumber(id: view.row.file.id).description
                let step = order.isAnswered ? "已报结果，待审核" : "待报结果"
                return """
                    <tr><td data-label="受理编号"><a href="\(prefix)/cases/\(number)">\(number)</a></td>
                    <td data-label="第几号">\(order.number)</td><td data-label="事由">\(Self.title(ofTrigger: order.trigger))</td>
                    <td data-label="期限">\(Self.due(Moment(microseconds: order.due), now))</td><td data-label="督办">\(step)</td>
                    <td data-label="工单状态">\(view.row.file.state.title)</td>
                    <td data-label="主办单位">\(Self.title(of: view.row.file.lead, rules))</td></tr>
                    """
            }
        }
        return """
            <table><thead><tr><th scope="col">受理编号</th><th scope="col">第几号</th><th scope="col">事由</th><th scope="col">期限</th>
            <th scope="col">督办</th><th scope="col">工单状态</th><th scope="col">主办单位</th></tr></thead><tbody>\(rows)</tbody></table>
            """
    }

    private static func title(ofTrigger code: String) -> String {
        (KnownCodes.choices("supervisions") + KnownCodes.choices("triggers")).first { $0.code == code }?.title
            ?? KnownCodes.title(of: code)
    }

    // MARK: How many there should be

    private static func table(_ shares: [SupervisionShare], _ month: Month, _ rules: Rulebook) -> HTML {
        guard !shares.isEmpty else { return "" }
        let rows = shares.map { share -> HTML in
            """
            <tr><th scope="row">\(rules.profile(named: share.profile)?.title ?? share.profile)</th>
            <td data-label="上月受理">\(share.accepted)</td><td data-label="比例">\(share.quota) %</td>
            <td data-label="应督办">\(share.needed)</td><td data-label="已督办">\(share.supervised)</td>
            <td data-label="还差">\(remainder(share))</td></tr>
            """
        }
        return """
            <h2>\(month.description) 的督办比例</h2>
            <p class="hint">本月督办数不少于上月受理量的这一比例；同一工单一个月只计一次；不足的照实列出，不凑数。</p>
            <table><thead><tr><th scope="col">办法</th><th scope="col">上月受理</th><th scope="col">比例</th><th scope="col">应督办</th>
            <th scope="col">已督办</th><th scope="col">还差</th></tr></thead><tbody>\(rows)</tbody></table>
            """
    }

    private static func remainder(_ share: SupervisionShare) -> String {
        if share.shortage > 0 { return "\(share.shortage)" }
        return share.supervised > share.needed ? "已超过 \(share.supervised - share.needed)" : "已达到"
    }

    /// What the case's schemes want this month, if the visitor could order it.
    func shares(for desk: OrderForm.Desk) async throws -> [SupervisionShare] {
        let profiles = desk.policies.filter { $0.supervise?.quota != nil }.map(\.version.profile)
        guard let supervision, !profiles.isEmpty, isSupervisor(desk.session, desk.rules) else { return [] }
        return try await supervision.shares(of: profiles)?.shares ?? []
    }

    /// Said above the form, before the order is given.
    static func shareNotes(_ desk: OrderForm.Desk) -> [HTML] {
        desk.shares.map { share in
            let state =
                share.shortage > 0
                ? "还差 \(share.shortage) 件"
                : share.supervised > share.needed ? "已超过应督办数，这一件只因其本身需要才督办" : "已达到应督办数"
            return """
                <p class="hint">本月已督办 \(share.supervised) 件，应不少于 \(share.needed) 件（上月受理 \(share.accepted) 件的 \
                \(share.quota) %）：\(state)。</p>
                """
        }
    }

    // MARK: What was escalated

    var escalations: Route {
        Route(
            .get, "\(prefix)/escalations", "超期升级的页面,最近的在前", tags: ["pages"], answers: [Self.html]
        ) { request, _ in
            try await site.page(request) { visitor in
                let rules = try await book.rulebook()
                let found =
                    try await supervision?.escalations(for: visitor.session.organisation, limit: Self.listed) ?? []
                let rows = found.map { one -> HTML in
                    let number = CaseNumber(id: one.file.id).description
                    let rule = rules.profile(named: one.fired.profile)?.policy.clocks
                        .first { $0.name == one.fired.clock }
                    return """
                        <tr><td data-label="何时"><time datetime="\(one.at.iso8601)">\(one.at.readable)</time></td>
                        <td data-label="受理编号"><a href="\(prefix)/cases/\(number)">\(number)</a></td>
                        <td data-label="超过的时限">\(rule?.title ?? "督办")（\(Moment(microseconds: one.fired.due).readable)）</td>
                        <td data-label="升级到">\(one.fired.to.map { KnownCodes.title(ofRole: $0) } ?? "")</td>
                        <td data-label="工单状态">\(one.file.state.title)</td>
                        <td data-label="主办单位">\(Self.title(of: one.file.lead, rules))</td></tr>
                        """
                }
                let table: HTML = """
                    <table><thead><tr><th scope="col">何时</th><th scope="col">受理编号</th><th scope="col">超过的时限</th>
                    <th scope="col">升级到</th><th scope="col">工单状态</th><th scope="col">主办单位</th></tr></thead>
                    <tbody>\(rows)</tbody></table>
                    """
                return site.frame(
                    "超期升级", for: visitor, isLive: true,
                    """
                    \(live(rows.isEmpty ? "<p>还没有升级的。</p>" : table, try await book.now()))
                    \(found.count == Self.listed ? "<p class='hint'>只列出最近的 \(Self.listed) 次。</p>" : nil)
                    """
                ).response()
            }
        }
    }
}
