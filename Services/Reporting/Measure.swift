import Casework

/// What is measured, with its population, which is printed on every report (R-CB-31).
extension Measure {
    /// What people read.
    var title: String {
        switch self {
        case .closing: "办结率"
        case .onTime: "及时率"
        case .resolution: "实际解决率"
        case .satisfaction: "满意率"
        }
    }

    /// Numerator and denominator in words.
    var definition: String {
        switch self {
        case .closing:
            "分母:登记的工单,不含告知其他途径、不予受理和已撤回的;分子:其中已办结的。每件计一次,归最近一轮。"
        case .onTime:
            "只看首轮:首次办结定及时与否,重启后不再改变。分母:首轮有办结时限且已办结或已重启的工单,加上首轮已超过办结时限的工单(无论是否办结),"
                + "不含告知其他途径和不予受理的;分子:其中首轮没有超过任何办结时限的。时限为各方案的时限,不是法定期限。"
        case .resolution:
            "分母:有评价的轮次,每轮取最后一次评价(办理单位自己回访所得的满意评价不取代他人回访或本人的评价),未联系上和不愿评价的不计;分子:其中评价为已解决的。"
        case .satisfaction:
            "分母:有评价的轮次,每轮取最后一次评价(办理单位自己回访所得的满意评价不取代他人回访或本人的评价),未联系上和不愿评价的不计;分子:其中非常满意、满意和基本满意的。"
        }
    }

    /// What is counted beside the rates.
    static let registered = (title: "登记数", definition: "期间内登记的工单。每件计一次,归最近一轮。")
    /// What holds for all of them.
    static let common =
        "工单按登记日(北京时间)归入期间,起止两日均含;每轮归该轮最后的主办单位或分类;百分比截至两位小数,不进位;无分母即无数据,不排名。"
}
