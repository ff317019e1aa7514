import Casework
import Policies
import TextMatching
import Testing

@testable import Classification
@testable import Classifying

@Suite struct ClassifierTests {
    private func find(_ text: String, place: String? = nil, about: String? = nil, region: String? = nil) throws
        -> Finding
    {
        try #require(Shipped.hotline).find(Complaint(text: text, place: place, about: about, region: region)).finding
    }

    @Test(arguments: [
        ("", "", nil), ("云埠区棉厂路6号", "", "mianchang"), ("望汀区", "", "wangting"), ("栖澜市", "", nil),
        ("", "我住在桐渡区雁泉路", "yanquan"),  // the street is inside the district
        ("", "从望汀区到桐渡区的公交", nil),  // two districts
        ("石浔县", "从望汀区到桐渡区的公交", "shixun"),  // the place decides
        ("栖澜市", "桐渡区的路灯", "tongdu"),  // the city alone says nothing
        ("青荠镇", "", "qingji"),
    ])
    func `the region is the most specific one named, in the place before the text`(
        place: String, text: String, region: String?
    ) throws {
        #expect(try find(text, place: place).region == region)
    }

    @Test(arguments: [("wangting", "wangting"), ("望汀区", "wangting"), ("石浔", "shixun"), ("火星", nil)])
    func `a region given is taken by code or name, and else ignored`(given: String, region: String?) throws {
        #expect(try find("路灯坏了", region: given).region == region)
    }

    @Test(arguments: [
        ("望汀区教育局推诿", ["wangting-education"]),
        ("推诿的是望汀区教育局", ["wangting-education"]),
        ("望汀区教育局今天通知我说下周二再去，可是物业推诿", []),  // too far
        ("望汀区教育局", []),  // named, not accused
        ("希望望汀区教育局帮忙", []),
        ("学校推诿", []),
    ])
    func `an organisation is accused where conduct words stand near its name`(text: String, accused: [String]) throws {
        #expect(try find(text).accused == accused)
    }

    @Test func `whoever the field names is accused without further words`() throws {
        #expect(try find("材料交了没有下文", about: "桐渡区城管局执法二中队").accused == ["tongdu-urban"])
        #expect(try find("材料交了没有下文", about: "某某百货公司").accused.isEmpty)
    }

    @Test func `everybody who is accused is kept, but only some of the names that were found`() throws {
        let titles = Shipped.directory.organisations.values.map(\.title)
        let finding = try find("推诿", about: titles.joined(separator: "、"))
        #expect(finding.accused.count == Set(Shipped.directory.organisations.keys).count)
        #expect(finding.reasons.count { $0.about == "accused" } == 8)
    }

    @Test func `a name that many share means those of the region, or all where none is known`() throws {
        let somewhere = try find("教育局推诿", place: "云埠区").accused
        #expect(somewhere == ["city-education", "yunbu-education"])
        let anywhere = try find("教育局推诿").accused
        #expect(anywhere.count == 5 && anywhere.contains("shixun-education"))
    }

    @Test func `doubt is told apart: nothing, too little, too close`() throws {
        let classifier = try #require(Shipped.hotline)
        func doubt(_ text: String) -> Classifier.Doubt? {
            if case .doubtful(let finding, let why) = classifier.find(Complaint(text: text)) {
                #expect(finding.subject == nil)
                return why
            }
            return nil
        }
        #expect(doubt("你好") == .noSubject)
        #expect(doubt("小区") == .weakSubject)
        #expect(doubt("传销传销，教师教师") == .closeSubjects)
        #expect(doubt("传销传销") == nil)
    }

    @Test func `a doubtful finding still names what it lay between`() throws {
        let finding = try find("学校教师，传销，传销，教师")
        #expect(finding.subject == nil)
        #expect(Set(finding.also) == ["education_culture", "commerce_tourism"])
    }

    @Test func `reasons name the profile's words, never the text around them`() throws {
        let text = "张三家的路灯坏了，路灯又坏了，人行道也塌陷"
        let words = try find(text).reasons.flatMap(\.words)
        let known = Set(
            try #require(Shipped.profile("p000-06")?.classification).subjects.flatMap(\.words).map(\.word))
        #expect(!words.isEmpty && words.allSatisfy(known.contains))
    }

    @Test(arguments: [
        ("现在着火了快来人", "urgent"), ("如果着火了怎么办", "ordinary"), ("救命稻草", "ordinary"), ("天然气管道漏气", "urgent"),
        ("下周停电检修", "ordinary"), ("医院病人用呼吸机，停电了", "urgent"),
    ])
    func `urgency looks at what stands around a word`(text: String, urgency: String) throws {
        #expect(try find(text).urgency == urgency)
    }

    @Test func `strange and huge texts are found doubtful, quickly`() throws {
        let classifier = try #require(Shipped.hotline)
        let names = String(repeating: "教育局推诿", count: 50_000)
        for text in [String(repeating: "😀", count: 7000), "\u{0}\u{0}", String(repeating: "社保", count: 100_000), names]
        {
            let clock = ContinuousClock()
            #expect(clock.measure { _ = classifier.find(Complaint(title: text, text: text)) } < .seconds(20))
        }
    }

    @Test func `the same complaint is found the same by two classifiers`() throws {
        let words = try #require(Shipped.profile("p000-06")?.classification)
        let (first, second) = (
            Classifier(words, directory: Shipped.directory),
            Classifier(words, directory: Shipped.directory)
        )
        for sample in Sample.all { #expect(first.find(sample.complaint) == second.find(sample.complaint)) }
    }
}
