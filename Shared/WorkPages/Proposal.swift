import CaseAPI
import Casework
import Pages
import Policies

extension CasePages {
    /// What the rules found where they would not decide, and why: decided with two keys, an arrow and Enter. `nil` where nothing is to be
    /// judged here or nothing was found.
    func proposal(_ view: CaseView, _ desk: OrderForm.Desk, _ visitor: Visitor, id: String) -> HTML? {
        guard view.row.file.state == .awaitingJudgement,
            OrderForm.offered(desk).contains(where: { $0.kind == .classify }),
            let request = view.steps.reversed().lazy.compactMap({ step -> JudgementRequested? in
                if case .judgementRequested(let request) = step.event { request } else { nil }
            }).first
        else { return nil }
        let profile = desk.profile
        let known = Set((profile?.classification?.subjects ?? []).map(\.code))
        let finding = request.finding
        let subjects = (finding?.reasons ?? []).filter { $0.about == "subject" && known.contains($0.code) }
        let options = subjects.enumerated().map { index, reason -> HTML in
            let words = reason.words.isEmpty ? "" : "（\(reason.words.joined(separator: "、"))）"
            return """
                <label class="option"><input type="radio" name="classify-subject" value="\(reason.code)"\
                \(index == 0 ? " checked autofocus" : nil)> \(profile?.title(of: reason.code) ?? reason.code)\(words)</label>
                """
        }
        let number = CaseNumber(id: view.row.file.id).description
        let choice = finding.map { finding -> HTML in
            let rest = [finding.nature, finding.urgency].map { profile?.title(of: $0) ?? $0 }.joined(separator: "，")
            return """
                <form method="post" action="\(prefix)/cases/\(number)/orders">\(site.hidden(visitor))
                <input type="hidden" name="kind" value="classify"><input type="hidden" name="id" value="\(id)">
                <input type="hidden" name="round" value="\(desk.file.round)">
                <input type="hidden" name="classify-nature" value="\(finding.nature)">
                <input type="hidden" name="classify-urgency" value="\(finding.urgency)">
                <fieldset><legend>分类，最有把握的在前</legend>\(options)</fieldset>
                <p class="hint">\(rest)。方向键选择，回车确定；都不对的，用下面的“重新分类”。</p>
                <button>按此分类</button></form>
                """
        }
        return """
            <div class="card" id="proposal"><h2>系统的建议</h2>
            <p>没有把握，须由人决定：\(KnownCodes.title(of: request.reason))。</p>
            \(options.isEmpty ? nil : choice)</div>
            """
    }
}
