import Casework
import Policies
import Testing

@testable import Classification
@testable import Classifying

/// What people say to each of the newer lines, and what it is found to be.
@Suite struct SubjectsTests {
    /// A sentence, its subject, and its flags.
    private func check(_ profile: String, _ text: String, _ subject: String, _ flags: [String] = []) throws {
        let classifier = try #require(Shipped.classifier(profile))
        let result = classifier.find(Complaint(text: text))
        guard case .sure(let finding) = result else {
            Issue.record("\(profile): \(text): \(result)")
            return
        }
        #expect(finding.subject == subject, "\(text): \(finding.reasons)")
        #expect(finding.flags == flags.sorted(), "\(text): \(finding.reasons)")
    }

    @Test(arguments: [
        ("楼后面的养猪场臭味飘进屋里，夏天关着窗都受不了，孩子闻了直咳嗽。", "odour", ["foul_odour"]),
        ("厂里喷漆的油漆味天天往小区里飘，味道难闻。", "odour", []),
        ("隔壁工地凌晨两点还在打桩，噪音大得一家人整夜没法睡。", "noise", ["severe_noise"]),
        ("楼下超市的冷却塔嗡嗡响，白天也很吵。", "noise", []),
        ("村里的井水这两天发黑，还有股异味，大家都不敢喝。", "drinking_water", ["unsafe_water"]),
        ("刚刚一辆槽罐车在桥头侧翻，化学品流进河里了。", "incident", ["sudden_incident"]),
        ("石材厂没有除尘，粉尘和煤灰落得满院子都是。", "other", []),
        ("砖厂夜里开暗管偷排废水，一查就停，请尽快来看。", "other", ["evidence_at_risk"]),
        ("印染厂的污水顺着河流到邻县，跨界污染没人管。", "other", ["reserved_for_city"]),
        ("公司拖欠工资三个月，社保也停了。", "not_environment", []),
    ])
    func `12369 tells what kind of pollution it is, and what may not wait`(
        text: String, subject: String, flags: [String]
    ) throws {
        try check("p000-21", text, subject, flags)
    }

    @Test(arguments: [
        ("老人的高龄津贴申请交了两个月，民政窗口说还没录入。", "hall_civil", []),
        ("养老认证做了三次都不成功，社保窗口让我下个月再来。", "hall_labour", []),
        ("再育第二个孩子要办生育登记，材料清单和网上写的不一样。", "hall_family", []),
        ("公租房申请排了一年，住房窗口说材料丢了，得重新交。", "hall_housing", []),
        ("大厅的叫号机坏了一个星期，早上排队排到门外。", "hall_service", []),
        ("窗口人员上班玩手机，问什么都爱理不理，态度差。", "hall_staff", []),
        ("低保的事是历史遗留问题，好几个部门都说不归他管。", "hall_civil", ["complex"]),
        ("有人冒领残疾补助，请查特困救助金的发放。", "hall_civil", ["major"]),
    ])
    func `the street hall tells its windows apart`(text: String, subject: String, flags: [String]) throws {
        try check("p003-16", text, subject, flags)
    }

    @Test(arguments: [
        ("报修单交上去三个月迟迟没有下文，催了好几次，效率低得离谱。", "efficiency"),
        ("机关食堂的饭菜越来越差，保洁也不到位。", "quality"),
        ("去办停车证，值班的人打游戏，说话耍官腔，态度恶劣。", "conduct"),
        ("这次设备采购围标，国有资产擅自处置，请查一查。", "fault"),
        ("我家小区门口的路灯坏了，物业费照收。", "not_bureau"),
    ])
    func `the bureau tells fault, efficiency, quality and conduct apart`(text: String, subject: String) throws {
        try check("p004-08", text, subject)
    }

    @Test(arguments: [
        ("菜场门口流动摊贩占道经营，小广告贴满电线杆。", "appearance", []),
        ("对面楼顶私搭乱建了一间彩钢棚，未批先建没人拆。", "planning", []),
        ("有人毁绿种菜，把绿化带的草坪都铲了。", "greening", []),
        ("楼下烧烤店的油烟直往屋里灌，渣土车一路扬尘。", "environment", []),
        ("路口的井盖松了，下水道一下雨就积水。", "municipal", []),
        ("有人遛狗不牵绳，烈性犬把孩子吓哭了。", "police", []),
        ("协管员选择性执法，只罚我一家，还不开票据。", "conduct", []),
        ("共享单车堆在公厕门口，能不能划个停放点？", "other", []),
        ("几十户联名信反映违建的事，请给书面答复。", "planning", ["important"]),
    ])
    func `12319 knows the eight categories of city management`(text: String, subject: String, flags: [String]) throws {
        try check("p002-05", text, subject, flags)
    }

    @Test func `12312 knows what lies outside the promised area`() throws {
        try check("p004-03", "石浔县青荠镇有个窝点正在卸货，都是假酒，快来查。", "violation", ["onsite", "outside_area"])
        try check("p004-03", "桐渡区白苕街道有个窝点正在卸货，都是假酒，快来查。", "violation", ["onsite"])
    }
}
