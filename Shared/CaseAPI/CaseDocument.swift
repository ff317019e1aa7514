import CaseStore
import Casework
import HTTP
import JSON
import Policies
import WorkingTime

/// A case as the APIs of desks and of the centre show it: codes, titles and times, never what was typed.
enum CaseDocument {
    static let summary = Schema.object(members)
    static let whole = Schema.object(
        members + [
            .required("steps", .array(of: step, count: 0...10_000), "经过,由早到晚")
        ])

    private static let code = Schema.string(1...60)
    private static let time = Schema.string(20...40, .dateTime)

    private static let members: [Schema.Field] = [
        .required("number", .string(10...20, .digits), "受理编号"),
        .required("version", .integer(1...1_000_000), "事件数"),
        .required("round", .integer(1...1000), "办理轮次"),
        .required("state", .choice(State.allCases.map(\.rawValue)), "状态"),
        .required("state_title", .string(1...40), "状态的中文名称"),
        .required("channel", code, "渠道"),
        .required("identity", .choice(Identity.allCases.map(\.rawValue)), "实名、匿名或要求保密"),
        .required("registered_at", time, "登记时间"),
        .optional("nature", code, "诉求性质"),
        .optional("subject", code, "分类"),
        .optional("subject_title", .string(1...40), "分类的中文名称"),
        .optional("urgency", code, "紧急程度"),
        .optional("region", code, "行政区域"),
        .optional("lead", code, "主办单位"),
        .required("helpers", .array(of: code, count: 0...100), "协办单位"),
        .required("policies", .array(of: code, count: 1...20), "适用的办法,主办法在前"),
        .required("clocks", .array(of: clock, count: 0...100), "正在计时的时限,最早的在前"),
        .required("last", .any, "本轮每种事件最近一次的时间"),
        .required("supervision", .array(of: order, count: 0...1000), "督办单"),
        .required("extension_asked", .boolean, "延期申请待批"),
        .required(
            "callbacks",
            .array(
                of: .object([
                    .required("by", .choice(Callback.Caller.allCases.map(\.rawValue)), "由谁回访"),
                    .required("from", time, "何时可以(再次)回访"), .required("attempts", .integer(0...100), "本轮已拨打次数"),
                ]), count: 0...2), "尚欠的回访"),
    ]

    private static let clock = Schema.object([
        .required("profile", code, "办法"),
        .required("clock", code, "时限的名称"),
        .required("title", .string(1...60), "时限的中文名称"),
        .required("step", code, "哪一步的时限"),
        .required("from", time, "起算时间"),
        .required("assumed", .boolean, "来源未写明起算点,按收到之日推定"),
        .optional("target", time, "目标"),
        .optional("limit", time, "期限"),
        .required("source", .string(0...300), "依据"),
    ])

    private static let step = Schema.object([
        .required("event", .choice(Event.Kind.allCases.map(\.rawValue)), "发生了什么"),
        .required("at", time, "何时"),
        .required("actor", .string(1...200), "谁"),
        .required("data", .any, "内容,只有代码和时间"),
    ])

    private static let order = Schema.object([
        .required("order", .integer(1...1000), "序号"),
        .required("trigger", code, "触发原因"),
        .required("due", time, "期限"),
        .required("answered", .boolean, "已报结果"),
        .required("ended", .boolean, "已结束"),
        .required("waived", .boolean, "例外,不予督办"),
    ])

    static func summary(_ view: CaseView, _ rules: Rulebook) throws -> JSON {
        .object(try members(of: view, rules))
    }

    static func whole(_ view: CaseView, _ rules: Rulebook) throws -> JSON {
        var members = try members(of: view, rules)
        members["steps"] = .array(
            try view.steps.map { step in
                [
                    "event": .string(step.event.kind.rawValue), "at": .string(step.at.iso8601),
                    "actor": .string(step.actor), "data": try JSON.parse(Array(step.event.payload.utf8)),
                ]
            })
        return .object(members)
    }

    private static func members(of view: CaseView, _ rules: Rulebook) throws -> JSONObject {
        let file = view.row.file
        var members: JSONObject = [
            "number": .string(CaseNumber(id: file.id).description), "version": .int(Int64(file.version)),
            "round": .int(Int64(file.round)), "state": .string(file.state.rawValue),
            "state_title": .string(file.state.title), "channel": .string(file.channel),
            "identity": .string(file.identity.rawValue), "registered_at": .string(view.registeredAt.iso8601),
            "helpers": .array(file.helpers.map(JSON.string)),
            "policies": .array(file.policies.map { .string($0.stored) }),
        ]
        members["nature"] = file.nature.map(JSON.string)
        members["subject"] = file.subject.map(JSON.string)
        members["subject_title"] = file.subject.flatMap { try? rules.profile(of: file).title(of: $0) }.map(JSON.string)
        members["urgency"] = file.urgency.map(JSON.string)
        members["region"] = file.region.map(JSON.string)
        members["lead"] = file.lead.map(JSON.string)
        let policies = try rules.policies(of: file)
        let running = clocks(of: file, under: policies, on: rules.calendar)
        members["clocks"] = .array(
            running.sorted { ($0.limit ?? .distantFuture) < ($1.limit ?? .distantFuture) }
                .map { document($0, policies) })
        var last = JSONObject()
        for (mark, at) in file.course.marks.sorted(by: { $0.key < $1.key }) {
            last[mark] = .string(Moment(microseconds: at).iso8601)
        }
        members["last"] = .object(last)
        members["supervision"] = .array(file.course.orders.map(document))
        members["extension_asked"] = .bool(file.course.asked != nil)
        members["callbacks"] = .array(
            callbacks(of: file, under: policies, on: rules.calendar).map {
                [
                    "by": .string($0.by.rawValue), "from": .string($0.from.iso8601),
                    "attempts": .int(Int64($0.attempts)),
                ]
            })
        return members
    }

    private static func document(_ order: Course.Order) -> JSON {
        [
            "order": .int(Int64(order.number)), "trigger": .string(order.trigger),
            "due": .string(Moment(microseconds: order.due).iso8601), "answered": .bool(order.isAnswered),
            "ended": .bool(order.isEnded), "waived": .bool(order.isWaived == true),
        ]
    }

    private static func document(_ clock: Clock, _ policies: [Policy]) -> JSON {
        let rule = policies.first { $0.version.profile == clock.profile }?.clocks.first { $0.name == clock.rule }
        var members: JSONObject = [
            "profile": .string(clock.profile), "clock": .string(clock.rule), "title": .string(rule?.title ?? "督办"),
            "step": .string(clock.step),
            "from": .string(clock.from.iso8601), "assumed": .bool(clock.isAssumed),
            "source": .string(rule?.source ?? ""),
        ]
        members["target"] = clock.target.map { .string($0.iso8601) }
        members["limit"] = clock.limit.map { .string($0.iso8601) }
        return .object(members)
    }
}

extension Moment {
    fileprivate static let distantFuture = Moment(microseconds: .max)
}
