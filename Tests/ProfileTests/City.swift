import Casework
import Policies
import WorkingTime

/// What ships with the suite: the schemes, the invented city, China's days off and who may give which order.
struct City: Sendable {
    var profiles: [Profile]
    var directory: Directory
    let calendar: WorkCalendar
    let duties: Duties

    private init() throws {
        profiles = try Profile.shipped()
        directory = try OrganisationsFile.shipped(for: profiles).directory
        calendar = try WorkCalendar.shipped()
        duties = try Duties.shipped()
    }

    private static let read = Result { try City() }

    static func shipped() throws -> City { try read.get() }

    /// The same city, but calendar days that end on a day off end on the next working day (R-DL-52).
    static func movingEnds() throws -> City {
        var city = try shipped()
        for index in city.profiles.indices { city.profiles[index].policy.calendar.endOnHoliday = .nextWorkingDay }
        return city
    }

    func policy(_ name: String) throws -> Policy {
        guard let profile = profiles.first(where: { $0.name == name }) else { throw Unknown(name: name) }
        return profile.policy
    }

    func profile(line: String) throws -> Profile {
        guard let profile = profiles.first(where: { $0.policy.line == line }) else { throw Unknown(name: line) }
        return profile
    }

    struct Unknown: Error { let name: String }
}
