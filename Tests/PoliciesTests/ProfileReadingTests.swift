import Casework
import JSON
import TextMatching
import Testing
import WorkingTime

@testable import Policies

@Suite struct ProfileReadingTests {
    /// A small profile that is right.
    static let right = """
        {
          "profile": "p999-01",
          "version": 3,
          "title": "试用",
          "source": {"file": "999", "scheme": "999-01"},
          "effective": "2026-02-28",
          "author": "测试",
          "line": {"number": "12345", "source": "R-IN-01"},
          "channels": {"allowed": ["letter", "email"], "source": "C.1"},
          "refuse": {"grounds": ["reasoned"], "source": "K-03"},
          "transfer": {"mode": "tell_only", "source": "K-02"},
          "classify": {
            "source": "K-10",
            "sure": {"score": 3, "lead": 1.5, "also": 0.5},
            "counting": {"title": 2, "most": 3},
            "nature": {"default": "complaint", "score": 1, "values": [{"code": "complaint", "title": "投诉", "words": []}]},
            "subject": {"values": [{"code": "noise", "title": "噪声", "words": ["噪音", {"word": "吵", "weight": 2},
              {"words": ["响", "闹"], "near": ["夜里"], "within": 4}]}]},
            "urgency": {"default": "ordinary", "score": 1, "values": [{"code": "ordinary", "title": "一般", "words": []}]},
            "flags": {"score": 1, "values": [{"code": "onsite", "title": "需出现场", "words": ["现场"]}]},
            "accused": {"words": ["推诿"], "within": 12}
          },
          "lead_rule": {
            "source":
              "K-24",
            "rules": [
              {"name": "first", "source": "[D]", "when": {"flag": ["onsite"]}, "dispatch": {"level": "district"}, "helpers": true},
              {"name": "second", "source": "K-02", "redirect": {"role": "court", "reason": "not_in_remit", "tell": "请找法院"}},
              {"name": "third", "source": "K-03", "when": {"accused": false, "region_known": true},
                "refuse": {"ground": "reasoned", "reason": "not_in_remit", "tell": "不受理"}},
              {"name": "last", "source": "[D]", "judgement": {"reason": "unclear"}}
            ]
          },
          "calendar": {"source": "[D] R-DL-52", "region": "CN", "cutoff_wd": "17:30", "cutoff_cd": "24:00",
            "night": "next_wd", "end_on_holiday": "keep"}
        }
        """

    static func mistakes(_ text: String) -> [Mistake] {
        do {
            _ = try Profile.read([UInt8](text.utf8), file: "p.json")
            return []
        } catch {
            return error.list
        }
    }

    @Test func `a right profile is read whole`() throws {
        let profile = try Profile.read([UInt8](Self.right.utf8), file: "p999-01.json")
        #expect(profile.name == "p999-01")
        #expect(profile.policy.version == Policy.Version(profile: "p999-01", version: 3))
        #expect(profile.policy.channels == ["letter", "email"])
        #expect(profile.policy.refuse == ["reasoned"])
        #expect(profile.policy.transferMode == .tellOnly)
        #expect(
            profile.policy.calendar
                == Counting(
                    region: "CN", workingDayCutOff: CutOff("17:30") ?? .midnight, calendarDayCutOff: .midnight,
                    night: .nextWorkingDay, endOnHoliday: .keep))
        #expect(profile.sources["calendar"] == "[D] R-DL-52")
        #expect(profile.sources["transfer"] == "K-02")
        #expect(profile.title(of: "noise") == "噪声")
        #expect(
            profile.classification?.subjects[0].words
                == [
                    Term("噪音"), Term("吵", weight: 2), Term("响", near: ["夜里"], within: 4),
                    Term("闹", near: ["夜里"], within: 4),
                ].map { term in
                    var term = term
                    if !term.hasContext { term.within = term.word == "噪音" ? 10 : 0 }
                    return term
                })
        #expect(
            profile.policy.leadRules.map(\.then) == [
                .dispatch(to: LeadRule.Target(level: "district"), helpers: true),
                .redirect(to: LeadRule.Target(role: "court"), reason: "not_in_remit", tell: "请找法院"),
                .refuse(ground: "reasoned", to: nil, reason: "not_in_remit", tell: "不受理"),
                .judgement(reason: "unclear"),
            ])
        #expect(profile.policy.leadRules[2].when == Condition(regionKnown: true, accused: false))
    }

    @Test func `a parameter that is left out creates no duty`() throws {
        let text = Self.right
            .replacing(#"  "channels": {"allowed": ["letter", "email"], "source": "C.1"},"#, with: "")
        let profile = try Profile.read([UInt8](text.utf8), file: "p.json")
        #expect(profile.policy.channels.isEmpty)
        #expect(profile.policy.clocks.isEmpty && profile.policy.callback == nil && profile.policy.supervise == nil)
    }

    @Test func `days are counted by the defaults where the profile says nothing, or only a part`() throws {
        let whole = #"""
            "source": "[D] R-DL-52", "region": "CN", "cutoff_wd": "17:30", "cutoff_cd": "24:00",
                "night": "next_wd", "end_on_holiday": "keep"
            """#
        let part = Self.right.replacing(whole, with: #""source": "[D]", "end_on_holiday": "next_wd""#)
        #expect(
            try Profile.read([UInt8](part.utf8), file: "p.json").policy.calendar
                == Counting(endOnHoliday: .nextWorkingDay))
        let none = Self.right.replacing(",\n  \"calendar\": {\(whole)}", with: "")
        let profile = try Profile.read([UInt8](none.utf8), file: "p.json")
        #expect(profile.policy.calendar == Counting())
        #expect(profile.sources["calendar"] == nil)
    }

    /// One thing replaced, and the one mistake that must be reported: its line, key and a part of its message.
    struct Slip: Sendable, CustomTestStringConvertible {
        var old, new, key, message: String
        var line: Int
        var testDescription: String { "\(old) → \(new)" }
    }

    static let slips = [
        Slip(
            old: "\"profile\": \"p999-01\"", new: "\"profile\": \"P999\"", key: "/profile", message: "expected a name",
            line: 2),
        Slip(old: "\"version\": 3", new: "\"version\": 1.5", key: "/version", message: "whole number", line: 3),
        Slip(old: "\"version\": 3", new: "\"version\": 99999999999", key: "/version", message: "whole number", line: 3),
        Slip(old: "\"title\": \"试用\"", new: "\"title\": \"\"", key: "/title", message: "1 to 200", line: 4),
        Slip(
            old: "\"title\": \"试用\"", new: "\"titel\": \"试用\"", key: "/titel", message: "did you mean \"title\"?",
            line: 4),
        Slip(old: "\"2026-02-28\"", new: "\"2026-02-29\"", key: "/effective", message: "date that exists", line: 6),
        Slip(old: "\"12345\"", new: "12345", key: "/line/number", message: "telephone number", line: 8),
        Slip(old: ", \"source\": \"R-IN-01\"", new: "", key: "/line", message: "\"source\" is missing", line: 8),
        Slip(
            old: "\"letter\", \"email\"", new: "\"leter\", \"email\"", key: "/channels/allowed/0",
            message: "did you mean \"letter\"?", line: 9),
        Slip(
            old: "\"letter\", \"email\"", new: "\"letter\", \"letter\"", key: "/channels/allowed/1", message: "twice",
            line: 9),
        Slip(old: "\"letter\", \"email\"", new: "", key: "/channels/allowed", message: "at least 1", line: 9),
        Slip(
            old: "[\"letter\", \"email\"]", new: "\"letter\"", key: "/channels/allowed",
            message: "list of channels, found a text", line: 9),
        Slip(
            old: "\"tell_only\"", new: "\"told\"", key: "/transfer/mode", message: "expected one of move, tell_only",
            line: 11),
        Slip(
            old: "\"counting\": {\"title\": 2,", new: "\"counting\": {\"title\": 0,", key: "/classify/counting/title",
            message: "whole number", line: 15),
        Slip(
            old: "\"lead\": 1.5", new: "\"lead\": 0.5", key: "/classify/sure/lead", message: "from 1.0 to 100.0",
            line: 14),
        Slip(
            old: "\"default\": \"complaint\"", new: "\"default\": \"report\"", key: "/classify/nature/default",
            message: "unknown value", line: 16),
        Slip(
            old: "{\"word\": \"吵\", \"weight\": 2}", new: "{\"weight\": 2}", key: "/classify/subject/values/0/words/1",
            message: "either \"word\" or \"words\"", line: 17),
        Slip(
            old: "\"weight\": 2", new: "\"weight\": -2", key: "/classify/subject/values/0/words/1/weight",
            message: "0.1 to 100.0", line: 17),
        Slip(
            old: "{\"word\": \"吵\", \"weight\": 2}", new: "\"噪音\"", key: "/classify/subject/values/0/words/1",
            message: "twice", line: 17),
        Slip(
            old: "\"within\": 4", new: "\"weight\": 4", key: "/classify/subject/values/0/words/2",
            message: "expected \"within\"", line: 18),
        Slip(
            old: "\"响\"", new: "\" 响\"", key: "/classify/subject/values/0/words/2/words/0", message: "without spaces",
            line: 18),
        Slip(
            old: "\"code\": \"noise\"", new: "\"code\": \"Noise\"", key: "/classify/subject/values/0/code",
            message: "expected a code", line: 17),
        Slip(
            old: "\"flag\": [\"onsite\"]", new: "\"flag\": [\"onsit\"]", key: "/lead_rule/rules/0/when/flag/0",
            message: "did you mean \"onsite\"?", line: 27),
        Slip(
            old: "\"dispatch\": {\"level\": \"district\"}, ", new: "\"judgement\": {\"reason\": \"x\"}, ",
            key: "/lead_rule/rules/0/helpers", message: "together with \"dispatch\"", line: 27),
        Slip(
            old: "\"judgement\": {\"reason\": \"unclear\"}", new: "\"when\": {}", key: "/lead_rule/rules/3",
            message: "exactly one of", line: 31),
        Slip(
            old: "\"when\": {\"accused\": false, \"region_known\": true},", new: "", key: "/lead_rule/rules/3",
            message: "never reached", line: 31),
        Slip(
            old: "\"name\": \"last\"", new: "\"name\": \"first\"", key: "/lead_rule/rules/3", message: "twice", line: 31
        ),
        Slip(
            old: "\"ground\": \"reasoned\"", new: "\"ground\": \"malice\"", key: "/lead_rule/rules/2/refuse/ground",
            message: "expected one of reasoned", line: 30),
        Slip(
            old: "\"refuse\": {\"grounds\": [\"reasoned\"], \"source\": \"K-03\"},", new: "",
            key: "/lead_rule/rules/2/refuse/ground", message: "the parameter \"refuse\"", line: 30),
        Slip(
            old: "\"transfer\": {\"mode\": \"tell_only\", \"source\": \"K-02\"},", new: "",
            key: "/lead_rule/rules/1/redirect", message: "the parameter \"transfer\"", line: 28),
        Slip(
            old: "\"source\": \"[D] R-DL-52\", ", new: "", key: "/calendar", message: "\"source\" is missing", line: 34),
        Slip(
            old: "\"region\": \"CN\"", new: "\"region\": \"cn\"", key: "/calendar/region",
            message: "unknown region \"cn\"", line: 34),
        Slip(
            old: "\"cutoff_wd\": \"17:30\"", new: "\"cutoff_wd\": \"5 pm\"", key: "/calendar/cutoff_wd",
            message: "expected a time of day from 00:01 to 24:00", line: 34),
        Slip(
            old: "\"cutoff_cd\": \"24:00\"", new: "\"cutoff_cd\": 24", key: "/calendar/cutoff_cd",
            message: "such as 17:30, as a text", line: 34),
        Slip(
            old: "\"cutoff_cd\": \"24:00\"", new: "\"cutoff\": \"24:00\"", key: "/calendar/cutoff",
            message: "unknown key", line: 34),
        Slip(
            old: "\"night\": \"next_wd\"", new: "\"night\": \"next_dw\"", key: "/calendar/night",
            message: "did you mean \"next_wd\"?", line: 35),
        Slip(
            old: "\"end_on_holiday\": \"keep\"", new: "\"end_on_holiday\": \"now\"", key: "/calendar/end_on_holiday",
            message: "expected one of keep, next_wd", line: 35),
    ]

    @Test(arguments: slips)
    func `each mistake is named by line and key, with what was expected`(slip: Slip) throws {
        #expect(Self.right.contains(slip.old))
        let found = Self.mistakes(Self.right.replacing(slip.old, with: slip.new, maxReplacements: 1))
        let hit = found.first { $0.key == slip.key && $0.message.contains(slip.message) }
        #expect(hit?.line == slip.line, "\(found)")
    }

    @Test func `all mistakes are reported at once, in order of lines`() {
        // Slips that touch different places, all in one file.
        let chosen = [0, 1, 5, 8, 12, 13, 17, 22, 27].map { Self.slips[$0] }
        let text = chosen.reduce(Self.right) { $0.replacing($1.old, with: $1.new, maxReplacements: 1) }
        let found = Self.mistakes(text)
        #expect(found.map(\.key) == chosen.map(\.key))
        #expect(found.map(\.line) == found.map(\.line).sorted())
    }

    @Test func `bytes that are no JSON are one mistake with its line`() {
        let found = Self.mistakes("{\n\"profile\": \"p\",\n oops }")
        #expect(found.map(\.line) == [3])
        #expect(Self.mistakes("").count == 1)
        #expect(
            Self.mistakes("[]").map(\.message) == [
                "expected an object with the keys profile, version, title, source, effective, author, line, classify, lead_rule, joins, centre, channels, refuse, transfer, calendar, accept, clocks, return, dispute, form_out, answer_at_once, callback, closing, review, supervise, kpi, publish, secrecy, found a list"
            ])
    }

    @Test func `more words than the automaton may hold are refused`() {
        let words = (0..<20_001).map { "\"词\($0)\"" }.joined(separator: ",")
        let found = Self.mistakes(Self.right.replacing("\"现场\"", with: words))
        #expect(found.map(\.message) == ["more than 20000 words; expected fewer"])
    }
}
