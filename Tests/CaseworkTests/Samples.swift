import Casework
import WorkingTime

/// A small city: two districts, bureaus for two subjects, an inspection office outside every line.
enum City {
    static let directory = Directory(
        organisations: [
            .init(code: "city", title: "市政府", level: "city"),
            .init(code: "inspection", title: "督查室", level: "city", roles: ["inspection_room"]),
            .init(code: "env-city", title: "市环保局", parent: "city", level: "city"),
            .init(code: "works-city", title: "市建设局", parent: "city", level: "city"),
            .init(code: "env-east", title: "东区环保局", parent: "env-city", level: "district"),
            .init(code: "works-east", title: "东区建设局", parent: "works-city", level: "district"),
            .init(code: "court", title: "法院", level: "city", roles: ["court"], hasInbox: false),
        ],
        regions: [
            .init(code: "all", title: "全市"), .init(code: "east", title: "东区", parent: "all"),
            .init(code: "west", title: "西区", parent: "all"),
        ],
        jurisdictions: [
            .init(organisation: "env-city", region: "all", subject: "environment"),
            .init(organisation: "works-city", region: "all", subject: "works"),
            .init(organisation: "env-east", region: "east", subject: "environment"),
            .init(organisation: "works-east", region: "east", subject: "works"),
        ])

    static let policy = Policy(
        version: .init(profile: "test", version: 1), line: "12345", channels: ["phone_hotline", "web_portal"],
        refuse: ["reasoned"], transferMode: .tellOnly,
        leadRules: [
            LeadRule(
                name: "private", source: "test", when: .init(flag: ["private_dispute"]),
                then: .refuse(ground: "reasoned", to: .init(role: "court"), reason: "not_in_remit", tell: "请向法院反映")),
            LeadRule(
                name: "outside", source: "test", when: .init(flag: ["outside_remit"]),
                then: .redirect(to: .init(role: "court"), reason: "not_in_remit", tell: "请向法院反映")),
            LeadRule(
                name: "urgent", source: "test", when: .init(urgency: ["urgent"]),
                then: .dispatch(to: .init(level: "city"), helpers: true)),
            LeadRule(
                name: "district", source: "test", when: .init(regionKnown: true),
                then: .dispatch(to: .init(level: "district"), helpers: true)),
            LeadRule(
                name: "city", source: "test", when: .init(), then: .dispatch(to: .init(level: "city"), helpers: true)),
            LeadRule(
                name: "conflict", source: "test", when: .init(accused: true),
                then: .dispatch(to: .init(role: "inspection_room"), helpers: false)),
        ])

    static let registered = Registered(channel: "web_portal", identity: .named, policies: [policy.version])

    /// A case that has been classified.
    static func classified(_ finding: Finding) -> Case {
        var file = Case(id: 1, registered: registered, at: noon)
        file.apply(.classified(finding), at: noon)
        return file
    }

    static func finding(
        _ subject: String, also: [String] = [], urgency: String = "ordinary", flags: [String] = [],
        region: String? = nil,
        accused: [String] = []
    ) -> Finding {
        Finding(
            nature: "complaint", subject: subject, also: also, urgency: urgency, flags: flags, region: region,
            accused: accused)
    }

    /// A year with one holiday.
    static let calendar = WorkCalendar(
        version: .init(calendar: "test", version: 1), region: "CN",
        years: [
            .init(
                number: 2026, isFinal: true, status: "test", papers: ["test"],
                holidays: [.init(name: "元旦", daysOff: [CivilDay("2026-01-01")!], makeUpDays: [])])
        ])!

    static let facts = Facts(directory: directory, calendar: calendar, newest: [policy])

    static let noon = Moment(iso8601: "2026-11-20T12:00:00+08:00")!
}
