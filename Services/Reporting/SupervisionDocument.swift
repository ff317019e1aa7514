import CaseAPI
import HTTP
import JSON
import WorkingTime

/// The shares of supervision as the API tells them.
struct SupervisionDocument {
    let json: JSON

    static let schema = Schema.object([
        .required("month", .string(7...7), "月份"),
        .required("schemes", .array(of: share, count: 0...1000), "规定了督办比例的各套办法"),
    ])

    private static let share = Schema.object([
        .required("profile", .string(1...40), "办法的代码"),
        .required("title", .string(1...200), "办法的名称"),
        .required("quota", .integer(0...100), "比例:督办数占上月受理量的百分之几"),
        .required("accepted", .integer(0...Int64.max), "上月受理量"),
        .required("needed", .integer(0...Int64.max), "本月应督办数,向上取整"),
        .required("supervised", .integer(0...Int64.max), "本月已督办的工单数,同一工单只计一次"),
        .required("shortage", .integer(0...Int64.max), "还差多少"),
    ])

    /// - Parameter title: what people read for a profile.
    init(_ shares: [SupervisionShare], in month: Month, title: (String) -> String) {
        json = [
            "month": .string(month.description),
            "schemes": .array(
                shares.map { share in
                    [
                        "profile": .string(share.profile), "title": .string(title(share.profile)),
                        "quota": .int(Int64(share.quota)), "accepted": .int(Int64(share.accepted)),
                        "needed": .int(Int64(share.needed)), "supervised": .int(Int64(share.supervised)),
                        "shortage": .int(Int64(share.shortage)),
                    ]
                }),
        ]
    }
}
