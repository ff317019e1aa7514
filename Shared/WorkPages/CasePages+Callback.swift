import CaseAPI
import CaseStore
import Casework
import Pages
import Policies
import WorkingTime

/// What whoever calls back sees of it: how often it was tried, what to say, or why there is nothing to ask.
extension CasePages {
    /// `nil` for who calls nobody back, and while there is nothing to ask about.
    static func callbackCard(_ desk: OrderForm.Desk) -> HTML? {
        let roles = desk.rules.facts.duties.duties[.callBack]?.roles ?? []
        guard desk.session.roles.contains(where: { roles.contains($0.code) }),
            [.replied, .closed].contains(desk.file.state)
        else { return nil }
        guard let owed = owed(desk) else {
            return whyNoCallback(desk).map { why -> HTML in
                "<p class='card' id='no-callback'>不须回访：\(why)。</p>"
            }
        }
        let left = owed.most - owed.attempts
        let script = Script.shipped
        let next: HTML =
            owed.attempts > 0 && desk.now < owed.from
            ? "下一次不早于 <time datetime='\(owed.from.iso8601)'>\(owed.from.readable)</time>，此前再打不通的不另计。"
            : "现在可以打。"
        return """
            <div class="card" id="callback">
            <p>回访：本轮已打 \(owed.attempts) 次没有联系上，办法要求至多 \(owed.most) 次，还有 \(left) 次。\(next)</p>
            <details open><summary>话术</summary>
            <ol class="script">\(script.steps.map(line))</ol>
            <details><summary>备用的话</summary><ul class="script">\(script.spare.map(line))</ul></details>
            </details></div>
            """
    }

    private static func line(_ line: Script.Line) -> HTML { "<li><b>\(line.title)</b> \(line.text)</li>" }

    private static func mine(_ desk: OrderForm.Desk) -> [Callback.Caller] {
        callers(desk.session.organisation, for: desk.file, under: desk.policies, in: desk.rules.directory)
    }

    private static func owed(_ desk: OrderForm.Desk) -> OwedCallback? {
        let mine = mine(desk)
        return Casework.callbacks(of: desk.file, under: desk.policies, on: desk.rules.calendar)
            .first { mine.contains($0.by) }
    }

    /// Why the visitor need not call, said to a person; `nil`: a call is owed and may be made.
    static func whyNoCallback(_ desk: OrderForm.Desk) -> String? {
        let why = Casework.whyNoCallback(
            of: desk.file, by: mine(desk), under: desk.policies, on: desk.rules.calendar, now: desk.now)
        return switch why {
        case nil: nil
        case .notContactable: "匿名的，或没有留联系方式的，不回访"
        case .notAnswered: "还没有答复"
        case .notDemanded: "适用的办法不要求您这一方回访这样的当事人"
        case .rated: "当事人已凭查询码自己评价"
        case .done: "本轮已经联系上当事人"
        case .attemptsUsed(let attempts): "本轮已打 \(attempts) 次，办法不再要求"
        case .closed: "办法要求在办结前回访，这件已经办结"
        case .afterClosing: "先由中心在办结前回访，办结后再由办理单位回访"
        case .tooSoon(let from): "离上一次太近，\(from.readable) 以后再打不通的才另计一次"
        }
    }

    /// The cell of the list: how often it was tried, of how often at most.
    static func attempts(_ view: CaseView, _ visitor: WorkSite.Visitor, _ rules: Rulebook) throws -> HTML {
        let (file, policies) = (view.row.file, try rules.policies(of: view.row.file))
        let mine = callers(visitor.session.organisation, for: file, under: policies, in: rules.directory)
        let owed = Casework.callbacks(of: file, under: policies, on: rules.calendar).first { mine.contains($0.by) }
        let text = owed.map { "\($0.attempts)/\($0.most) 次" } ?? ""
        return "<td data-label='已拨打'>\(text)</td>"
    }
}
