import Testing
import WorkingTime

struct MomentTests {
    @Test(arguments: [
        ("2026-11-22T21:04:12+08:00", "2026-11-22T21:04:12+08:00", "2026-11-22T13:04:12.000000Z"),
        ("2026-11-22 21:04", "2026-11-22T21:04:00+08:00", "2026-11-22T13:04:00.000000Z"),
        ("2026-11-22T13:04:12.000250Z", "2026-11-22T21:04:12+08:00", "2026-11-22T13:04:12.000250Z"),
        ("2024-02-29T23:59:59.9999999Z", "2024-03-01T07:59:59+08:00", "2024-02-29T23:59:59.999999Z"),
        ("1969-12-31T23:59:59.5Z", "1970-01-01T07:59:59+08:00", "1969-12-31T23:59:59.500000Z"),
        ("2000-03-01T00:00:00-0330", "2000-03-01T11:30:00+08:00", "2000-03-01T03:30:00.000000Z"),
        ("0001-01-01T00:00:00Z", "0001-01-01T08:00:00+08:00", "0001-01-01T00:00:00.000000Z"),
    ])
    func isReadAndShownInChinaTimeAndUTC(text: String, local: String, utc: String) throws {
        let moment = try #require(Moment(iso8601: text))
        #expect(moment.iso8601 == local)
        #expect(moment.rfc3339 == utc)
    }

    @Test(arguments: [
        "", "2026-11-22", "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-01-01T24:00:00Z",
        "2026-01-01T00:60:00Z",
        "0000-01-01T00:00:00Z", "2026-01-01T00:00:00+99:00", "99999-01-01T00:00:00Z", "2026-01-01T00:00:00Z ", "昨天",
        "٢٠٢٦-01-01T00:00:00Z", "２０２６-01-01T00:00:00Z",
    ])
    func whatIsNoTimeIsNil(text: String) {
        #expect(Moment(iso8601: text) == nil)
    }

    @Test func everyTimeSurvivesItsOwnText() throws {
        for microseconds in stride(
            from: Moment.bounds.lowerBound.microseconds, to: Moment.bounds.upperBound.microseconds,
            by: 9_876_543_210_987_654)
        {
            let moment = Moment(microseconds: microseconds)
            #expect(Moment(iso8601: moment.rfc3339) == moment)
        }
    }
}
