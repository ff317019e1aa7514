import WorkingTime

extension Counting {
    /// The parameter `calendar`. What it leaves out, or says wrongly, keeps its default.
    static func read(_ value: CheckedValue, _ sources: inout [String: String]) -> Counting {
        var counting = Counting()
        let keys = ["region", "cutoff_wd", "cutoff_cd", "night", "end_on_holiday"]
        guard let members = Parameter.read(value, "calendar", keys, [], &sources) else { return counting }
        if let region = members["region"]?.choice(KnownCodes.regions, called: "region") { counting.region = region }
        if let cutOff = members["cutoff_wd"].flatMap(readCutOff) { counting.workingDayCutOff = cutOff }
        if let cutOff = members["cutoff_cd"].flatMap(readCutOff) { counting.calendarDayCutOff = cutOff }
        if let night = members["night"].flatMap({ readWay($0, Night.self) }) { counting.night = night }
        if let end = members["end_on_holiday"].flatMap({ readWay($0, EndOnHoliday.self) }) {
            counting.endOnHoliday = end
        }
        return counting
    }

    private static func readCutOff(_ value: CheckedValue) -> CutOff? {
        guard let cutOff = value.value.string.flatMap(CutOff.init) else {
            value.report("expected \(CutOff.expectation), as a text")
            return nil
        }
        return cutOff
    }

    private static func readWay<Way: RawRepresentable<String> & CaseIterable>(
        _ value: CheckedValue, _: Way.Type
    ) -> Way? {
        value.choice(Way.allCases.map(\.rawValue), called: "way of counting").flatMap(Way.init(rawValue:))
    }
}
