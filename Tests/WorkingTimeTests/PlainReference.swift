import Foundation
import WorkingTime

/// The same rules, slowly and plainly: a list of days made by Foundation, walked day by day. Shares nothing with the code
/// under test but the types of its questions, and reads the shipped file by itself.
struct PlainReference {
    struct Day {
        let text: String
        /// 00:00 in China, in microseconds since 1970.
        let start: Int64
        let isWorking: Bool
    }

    /// Every day from 2022 to 2026.
    let days: [Day]

    init() throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../Shared/Policies/calendars/cn.json").standardizedFileURL
        let json = try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any]
        var (off, made): (Set<String>, Set<String>) = ([], [])
        for year in json?["years"] as? [[String: Any]] ?? [] {
            for holiday in year["holidays"] as? [[String: Any]] ?? [] {
                off.formUnion(holiday["off_days"] as? [String] ?? [])
                made.formUnion(holiday["makeup_workdays"] as? [String] ?? [])
            }
        }
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = TimeZone(identifier: "Asia/Shanghai") ?? .gmt
        var days: [Day] = []
        var date = calendar.date(from: DateComponents(year: 2022, month: 1, day: 1)) ?? .distantPast
        while true {
            let parts = calendar.dateComponents([.year, .month, .day, .weekday], from: date)
            guard let year = parts.year, year < 2027, let month = parts.month, let day = parts.day else { break }
            let text = String(format: "%04d-%02d-%02d", year, month, day)
            let isWeekend = parts.weekday == 1 || parts.weekday == 7
            days.append(
                Day(
                    text: text, start: Int64(date.timeIntervalSince1970) * 1_000_000,
                    isWorking: made.contains(text) || !isWeekend && !off.contains(text)))
            date = calendar.date(byAdding: .day, value: 1, to: date) ?? .distantFuture
        }
        self.days = days
    }

    func index(of moment: Moment) -> Int { (days.lastIndex { $0.start <= moment.microseconds }) ?? 0 }

    /// `nil` if the days do not reach so far.
    func due(from start: Moment, _ limit: Limit, counting: Counting) -> Moment? {
        var index = index(of: start)
        switch limit.unit {
        case .minute: return Moment(microseconds: start.microseconds + Int64(limit.amount) * 60_000_000)
        case .hour: return Moment(microseconds: start.microseconds + Int64(limit.amount) * 3_600_000_000)
        case .now: return start
        case .sameDay: return end(index, 24 * 60)
        case .calendarDay:
            index += limit.amount
            while counting.endOnHoliday == .nextWorkingDay, index < days.count, !days[index].isWorking { index += 1 }
            return end(index, counting.calendarDayCutOff.minutes)
        case .workingDay:
            if counting.night == .nextWorkingDay {
                let closing = days[index].start + Int64(counting.workingDayCutOff.minutes) * 60_000_000
                if start.microseconds >= closing { index += 1 }
                while index < days.count, !days[index].isWorking { index += 1 }
            }
            var left = limit.amount
            while left > 0 {
                index += 1
                guard index < days.count else { return nil }
                if days[index].isWorking { left -= 1 }
            }
            return end(index, counting.workingDayCutOff.minutes)
        }
    }

    private func end(_ index: Int, _ cutOff: Int) -> Moment? {
        guard index < days.count else { return nil }
        return Moment(microseconds: days[index].start + Int64(cutOff) * 60_000_000 - 1)
    }
}
