import Casework
import Policies

extension OrderForm {
    private static func listed(_ list: StaticString) -> Answer { .code { _ in KnownCodes.choices(list) } }

    private static func words(_ label: String = "说明", isRequired: Bool = false) -> Question {
        Question(name: "note", label: label, hint: "不会出现在消息和日志里", isRequired: isRequired, answer: .words)
    }

    private static let papers = Question(
        name: "attachments", label: "照片和文件",
        hint: "JPEG、PNG、WebP 照片或 PDF。照片里的拍摄地点和设备信息会去掉，PDF 里的作者等信息不会", isRequired: false, answer: .files)
    private static let means = Question(name: "means", label: "方式", answer: listed("means"))
    private static let reached = Question(name: "reached", label: "联系上了吗？", answer: .yesOrNo(yes: "联系上了", no: "没有联系上"))
    private static let reason = Question(name: "reason", label: "原因", answer: listed("reasons"))

    /// Every order that a person may give, in the order in which the forms stand on a page. Who may, and when, is not said here.
    static let all: [OrderForm] = [
        OrderForm(kind: .accept, title: "受理", questions: []),
        OrderForm(kind: .sign, title: "签收", questions: []),
        OrderForm(
            kind: .dispatch, title: "转办",
            questions: [
                Question(name: "lead", label: "主办单位", answer: .code { $0.competent }),
                Question(name: "helpers", label: "协办单位", isRequired: false, answer: .organisations),
                Question(
                    name: "due", label: "个案期限", hint: "只有须单独设定期限的才填写", isRequired: false, answer: .moment),
                words("转办意见"),
            ]),
        OrderForm(
            kind: .contact, title: "记录联系当事人", questions: [means, reached, words()]),
        OrderForm(kind: .visit, title: "记录现场核查", questions: [words("核查情况"), papers]),
        OrderForm(kind: .note, title: "记录办理情况", questions: [words("办理情况", isRequired: true), papers]),
        OrderForm(
            kind: .reply, title: "答复",
            questions: [
                Question(
                    name: "to", label: "答复谁",
                    answer: .code { desk in
                        let isForPerson = desk.policies.contains { $0.reply?.to == .complainant }
                        return [(Reply.Receiver.complainant.rawValue, "当事人")]
                            + (isForPerson ? [] : [(Reply.Receiver.centre.rawValue, "中心（由回访告知当事人）")])
                    }),
                Question(name: "form", label: "形式", answer: listed("forms")),
                Question(name: "outcome", label: "结果", answer: listed("outcomes")),
                Question(
                    name: "photo", label: "附有同角度照片吗？", isRequired: false, answer: .yesOrNo(yes: "有", no: "没有")),
                words("答复全文", isRequired: true), papers,
            ]),
        OrderForm(
            kind: .inform, title: "告知当事人",
            questions: [
                Question(
                    name: "what", label: "告知什么",
                    answer: .code { _ in
                        [
                            (Informed.What.acceptance.rawValue, "已受理"), (Informed.What.transfer.rawValue, "已转办"),
                            (Informed.What.progress.rawValue, "进展"), (Informed.What.extension.rawValue, "延期"),
                            (Informed.What.result.rawValue, "结果"), (Informed.What.writing.rawValue, "须书面提出"),
                        ]
                    }), means, reached,
            ]),
        OrderForm(
            kind: .askExtension, title: "申请延期",
            questions: [
                Question(name: "clock", label: "哪一个期限", answer: .clock { $0.extend != nil }),
                Question(name: "due", label: "延到", answer: .moment),
                Question(name: "reason", label: "原因", answer: listed("delays")), words(),
            ]),
        OrderForm(
            kind: .grantExtension, title: "同意延期",
            questions: [
                Question(name: "due", label: "延到", hint: "不填即同意所申请的", isRequired: false, answer: .moment),
                Question(name: "means", label: "怎样告知了当事人", isRequired: false, answer: listed("means")),
            ]),
        OrderForm(
            kind: .refuseExtension, title: "不同意延期",
            questions: [Question(name: "reason", label: "原因", answer: listed("denials"))]),
        OrderForm(kind: .return, title: "退单", questions: [reason, words()]),
        OrderForm(kind: .dispute, title: "提出权属争议", questions: [reason]),
        OrderForm(kind: .submit, title: "呈批", questions: [words("拟办意见")]),
        OrderForm(kind: .instruct, title: "批示", questions: [words("批示内容")]),
        OrderForm(
            kind: .classify, title: "重新分类",
            questions: [
                Question(
                    name: "nature", label: "性质", answer: .code { titled($0.profile?.classification?.nature.values) }),
                Question(name: "subject", label: "分类", answer: .code { titled($0.profile?.classification?.subjects) }),
                Question(
                    name: "urgency", label: "紧急程度", answer: .code { titled($0.profile?.classification?.urgency.values) }
                ),
            ]),
        OrderForm(
            kind: .answerAtOnce, title: "当场答复并办结",
            questions: [
                Question(
                    name: "nature", label: "性质", hint: "已分类的可以不选", isRequired: false,
                    answer: .code { desk in
                        let simple = desk.policies.first?.answerAtOnce?.natures ?? []
                        return titled(desk.profile?.classification?.nature.values).filter { simple.contains($0.code) }
                    }),
                Question(
                    name: "subject", label: "分类", hint: "已分类的可以不选", isRequired: false,
                    answer: .code { titled($0.profile?.classification?.subjects) }),
                words("答复全文", isRequired: true),
            ]),
        OrderForm(
            kind: .redirect, title: "告知其他途径",
            questions: [Question(name: "to", label: "告知向谁反映", answer: .code { $0.organisations }), reason]),
        OrderForm(
            kind: .refuse, title: "不予受理",
            questions: [
                Question(
                    name: "ground", label: "依据",
                    answer: .code { desk in
                        let grounds = desk.policies.first?.refuse ?? []
                        return KnownCodes.choices("refusals").filter { grounds.contains($0.code) }
                    }), reason,
            ]),
        OrderForm(
            kind: .link, title: "关联此前的工单",
            questions: [Question(name: "earlier", label: "此前的受理编号", answer: .caseNumber)]),
        OrderForm(
            kind: .setLimit, title: "设定个案期限",
            questions: [
                Question(name: "clock", label: "哪一个期限", answer: .clock { $0.isManual }),
                Question(name: "due", label: "到何时", answer: .moment),
            ]),
        OrderForm(
            kind: .callBack, title: "回访",
            questions: [
                Question(name: "form", label: "方式", answer: listed("means")),
                Question(name: "outcome", label: "结果", answer: listed("calls")),
                Question(
                    name: "resolved", label: "问题解决了吗？", hint: "联系上了才填写", isRequired: false,
                    answer: .yesOrNo(yes: "已解决", no: "没有解决")),
                Question(
                    name: "satisfaction", label: "对办理满意吗？", hint: "联系上了才填写", isRequired: false,
                    answer: .code { _ in Satisfaction.allCases.map { ($0.rawValue, $0.title) } }),
                words("当事人的话"),
            ]),
        OrderForm(
            kind: .close, title: "办结",
            questions: [
                Question(
                    name: "rule", label: "依据",
                    answer: .code { desk in
                        desk.policies.flatMap(\.closing).filter(\.isManual).map { ($0.name, $0.source) }
                    }), words("情况", isRequired: true),
            ]),
        OrderForm(
            kind: .supervise, title: "督办",
            questions: [Question(name: "reason", label: "事由", answer: listed("supervisions"))]),
        OrderForm(
            kind: .answerSupervision, title: "报送督办结果",
            questions: [
                Question(name: "order", label: "哪一号督办", answer: .supervision { !$1.isEnded && !$1.isAnswered }),
                words("整改情况", isRequired: true),
            ]),
        OrderForm(
            kind: .reviewSupervision, title: "审核督办结果",
            questions: [
                Question(name: "order", label: "哪一号督办", answer: .supervision { $1.isAnswered }),
                Question(
                    name: "failed", label: "没有达到的要求（都达到则不选）", isRequired: false,
                    answer: .codes { desk in
                        let criteria = desk.policies.lazy.compactMap(\.supervise).first?.criteria ?? []
                        return criteria.isEmpty ? [("not_rectified", "没有整改到位")] : criteria.map { ($0, $0) }
                    }),
            ]),
        OrderForm(
            kind: .waiveSupervision, title: "不予督办（例外）",
            questions: [
                Question(
                    name: "order", label: "哪一号督办",
                    answer: .supervision { desk, order in
                        !order.isEnded
                            && desk.policies.lazy.compactMap(\.supervise).first?.exceptions.contains(order.trigger)
                                == true
                    }), words("理由", isRequired: true),
            ]),
    ]

    private static func titled(_ codes: [Classification.Value]?) -> [(code: String, title: String)] {
        (codes ?? []).map { ($0.code, $0.title) }
    }
}
