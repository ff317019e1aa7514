import Policies
import Testing
import WorkingTime

func at(_ text: String) throws -> Moment { try #require(Moment(iso8601: text)) }
func day(_ text: String) throws -> CivilDay { try #require(CivilDay(text)) }
func limit(_ text: String) throws -> Limit { try #require(Limit(text)) }
func limit(_ amount: Int, _ unit: Limit.Unit) throws -> Limit { try #require(Limit(amount, unit)) }

enum Samples {
    /// Read once for all tests.
    static let shipped = Result { try WorkCalendar.shipped() }
    static let reference = Result { try PlainReference() }

    /// As an office counts that closes at half past five: every parameter other than its default.
    static let officeHours = Counting(
        workingDayCutOff: cutOff("17:30"), calendarDayCutOff: cutOff("18:00"), night: .nextWorkingDay,
        endOnHoliday: .nextWorkingDay)

    static func cutOff(_ text: String) -> CutOff { CutOff(text) ?? .midnight }

    /// A calendar without any day off but weekends, from 2024 to 2025.
    static func plain(holidays: [WorkCalendar.Holiday] = []) -> WorkCalendar? {
        WorkCalendar(
            version: .init(calendar: "plain", version: 1), region: "XX",
            years: [2024, 2025].map {
                .init(number: $0, isFinal: true, status: "final", papers: [], holidays: $0 == 2024 ? holidays : [])
            })
    }
}
