import Casework
import CaseStore
import HTTP
import JSON
import Policies

/// What a complainant reads about a case: state, dates, whose turn it is, and, if it was not accepted, why and where to
/// go. Never anybody's name.
struct ProgressDocument {
    let json: JSON

    static let schema = Schema.object([
        .required("number", .string(10...20, .digits), "受理编号"),
        .required("state", .choice(State.allCases.map(\.rawValue)), "状态"),
        .required("state_title", .string(1...40), "状态的中文名称"),
        .required("registered_at", .string(20...40, .dateTime), "登记时间"),
        .required("steps", .array(of: step, count: 1...1000), "经过,由早到晚"),
        .optional("handled_by", .array(of: office, count: 1...100), "办理单位,主办在前"),
        .optional("go_to", office, "应当去的单位"),
        .optional("next_limit", .string(20...40, .dateTime), "下一个期限"),
        .optional("answer", .string(1...20_000), "答复内容"),
        .optional("notice", .string(1...2000), "不受理或告知其他途径的说明"),
        .required("may", .array(of: .choice(["rate", "apply_for_review", "withdraw"]), count: 0...3), "当事人现在可以做的"),
    ])

    private static let step = Schema.object([
        .required("event", .choice(Event.Kind.allCases.map(\.rawValue)), "发生了什么"),
        .required("at", .string(20...40, .dateTime), "何时"),
    ])

    private static let office = Schema.object([
        .required("title", .string(1...200), "单位名称"),
        .required("contact", .string(0...500), "对外联系方式"),
    ])

    init(_ progress: Progress, rules: Rulebook) {
        var members: JSONObject = [
            "number": .string(progress.number.description), "state": .string(progress.state.rawValue),
            "state_title": .string(progress.state.title), "registered_at": .string(progress.steps[0].at.iso8601),
            "steps": .array(
                progress.steps.map { ["event": .string($0.event.kind.rawValue), "at": .string($0.at.iso8601)] }),
        ]
        func office(_ code: String) -> JSON {
            let known = rules.directory.organisations[code]
            return ["title": .string(known?.title ?? code), "contact": .string(known?.contact ?? "")]
        }
        members["next_limit"] = progress.limit.map { .string($0.iso8601) }
        members["answer"] = progress.answer.map(JSON.string)
        let policy = rules.profiles[progress.policy]?.policy
        let may = [
            progress.isRatable ? "rate" : nil, progress.isReviewable(policy?.review) ? "apply_for_review" : nil,
            progress.state.isFinal ? nil : "withdraw",
        ]
        members["may"] = .array(may.compactMap { $0.map(JSON.string) })
        var handlers: [String] = []
        for step in progress.steps {
            switch step.event {
            case .dispatched(let dispatched):
                handlers = [dispatched.lead] + dispatched.helpers
                members["handled_by"] = .array(handlers.map(office))
            case .redirected(let redirected):
                members["go_to"] = office(redirected.to)
                members["notice"] = policy?.notice(ofRule: redirected.rule).map(JSON.string)
            case .refused(let refused):
                members["go_to"] = refused.to.map(office)
                members["notice"] = policy?.notice(ofRule: refused.rule).map(JSON.string)
            case .handedOver(let handed):
                handlers = handlers.compactMap { $0 == handed.from ? handed.to : $0 == handed.to ? nil : $0 }
                members["handled_by"] = .array(handlers.map(office))
            case .registered, .corrected, .classified, .judgementRequested, .accepted, .linked, .repeated, .submitted,
                .instructed,
                .signed, .returned, .disputed, .contacted, .visited, .noted, .informed, .extensionAsked,
                .extensionGranted,
                .extensionRefused, .limitSet, .replied, .calledBack, .rated, .closed, .reopened, .withdrawn, .warned,
                .targetPassed, .missed, .escalated, .supervised, .supervisionAnswered, .supervisionReviewed:
                break
            }
        }
        json = .object(members)
    }
}
