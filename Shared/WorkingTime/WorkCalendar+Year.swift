extension WorkCalendar {
    /// One year's order on days off.
    package struct Year: Hashable, Sendable {
        package var number: Int
        /// Whether the order can no longer change. The next year's may still move days of late December (that of 2019 made
        /// 29 December 2018 a working day).
        package var isFinal: Bool
        /// What is still open, for people; `final` if nothing is.
        package var status: String
        /// Addresses of the papers that order it.
        package var papers: [String]
        package var holidays: [Holiday]

        package init(number: Int, isFinal: Bool, status: String, papers: [String], holidays: [Holiday]) {
            self.number = number
            self.isFinal = isFinal
            self.status = status
            self.papers = papers
            self.holidays = holidays
        }
    }

    /// The days off for one occasion, and the weekend days worked in return.
    package struct Holiday: Hashable, Sendable {
        /// As the papers name it, `国庆节`.
        package var name: String
        package var daysOff: [CivilDay]
        package var makeUpDays: [CivilDay]

        package init(name: String, daysOff: [CivilDay], makeUpDays: [CivilDay]) {
            self.name = name
            self.daysOff = daysOff
            self.makeUpDays = makeUpDays
        }
    }
}
