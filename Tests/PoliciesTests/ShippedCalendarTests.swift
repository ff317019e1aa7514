import Foundation
import JSON
import Testing
import WorkingTime

@testable import Policies

/// The days off that come with the suite.
@Suite struct ShippedCalendarTests {
    let calendar: WorkCalendar

    init() throws { calendar = try WorkCalendar.shipped() }

    @Test func `each region that a profile may name has its calendar, no other has one`() throws {
        for region in KnownCodes.regions { #expect(try WorkCalendar.shipped(region: region).region == region) }
        #expect(KnownCodes.regions.contains(Counting().region))
        for region in ["XX", "", "../codes", "cn"] {
            #expect(throws: (any Error).self) { try WorkCalendar.shipped(region: region) }
        }
    }

    @Test func `2015 to 2026 are there, each with the paper that orders it, and only the last is open`() {
        #expect(calendar.covered == 2015...2026)
        #expect(calendar.years.allSatisfy { !$0.papers.isEmpty })
        #expect(calendar.years.filter { !$0.isFinal }.map(\.number) == [2026])
    }

    @Test func `no holiday is far from the days worked for it`() {
        for holiday in calendar.years.flatMap(\.holidays) {
            for day in holiday.makeUpDays {
                let distances = holiday.daysOff.map { abs($0.distance(to: day)) }
                #expect(distances.contains { $0 <= 20 }, "\(day) for \(holiday.name)")
            }
        }
    }

    private static let source = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../../shared/data/workdays_cn.json").standardizedFileURL

    @Test(.enabled(if: FileManager.default.fileExists(atPath: source.path)))
    func `every day agrees with the table it was made from, where that is at hand`() throws {
        let table = try JSON.parse([UInt8](Data(contentsOf: Self.source)))
        for year in calendar.years {
            let entry = try #require(table["\(year.number)"])
            let holidays = year.holidays
            func days(_ key: String) -> [String] { entry[key]?.array?.compactMap(\.string) ?? [] }
            #expect(holidays.flatMap(\.daysOff).map(\.description).sorted() == days("off_days").sorted())
            #expect(holidays.flatMap(\.makeUpDays).map(\.description).sorted() == days("makeup_workdays").sorted())
            #expect(year.papers == days("papers"))
            #expect(year.isFinal == entry["final"]?.bool)
            #expect(year.status == entry["status"]?.string)
            for holiday in holidays {
                for day in holiday.daysOff + holiday.makeUpDays {
                    #expect(entry["names"]?[day.description]?.string == holiday.name)
                }
            }
        }
    }
}
