import Access
import Attachments
import CaseAPI
import CaseStore
import Casework
import HTTP
import JSON
import Pages
import Policies
import WorkingTime

/// An order as a form: its questions, and the data of the API's order that the answers become.
struct OrderForm {
    let kind: Order.Kind
    let title: String
    let questions: [Question]

    /// One question: the name of the data's member, what people read, and what an answer is.
    struct Question {
        let name: String
        let label: String
        var hint: String?
        var isRequired = true
        let answer: Answer

        var isList: Bool {
            switch answer {
            case .codes, .organisations: true
            default: false
            }
        }
    }

    enum Answer {
        /// One of these codes.
        case code(@Sendable (Desk) -> [(code: String, title: String)])
        case codes(@Sendable (Desk) -> [(code: String, title: String)])
        /// Some of those that could take the case, in groups by whom they report to.
        case organisations
        case yesOrNo(yes: String, no: String)
        /// A time of the city's clock.
        case moment
        /// A clock of the case that runs, as profile and name.
        case clock(@Sendable (ClockRule) -> Bool)
        /// The number of a supervision order.
        case supervision(@Sendable (Desk, Course.Order) -> Bool)
        /// Another case's number.
        case caseNumber
        /// In words; goes into the order's note.
        case words
        /// Photos and papers, which come as files; their numbers become the answer.
        case files
    }

    /// What a form is made for: a case, who looks at it, and the rules.
    struct Desk {
        let file: Case
        let policies: [Policy]
        let rules: Rulebook
        let session: Session
        let now: Moment
        /// How many cases this one's schemes want supervised this month; empty where nobody here could order it.
        var shares: [SupervisionShare] = []

        var profile: Profile? { try? rules.profile(of: file) }
        var organisations: [(code: String, title: String)] {
            rules.directory.organisations.values.filter { !$0.isDisabled }.sorted { $0.code < $1.code }.map {
                ($0.code, $0.title)
            }
        }
        /// Those that could take it: `decide` refuses a body without an inbox, and whoever is complained about or reports to that one.
        var competent: [(code: String, title: String)] {
            organisations.filter { one in
                rules.directory.organisations[one.code]?.hasInbox == true
                    && !rules.directory.isUnder(one.code, anyOf: file.accused)
            }
        }
    }

    /// The name of a question in its form; several forms stand on one page.
    func name(_ question: Question) -> String { "\(kind.rawValue)-\(question.name)" }

    // MARK: What may be ordered

    /// The forms of what would not be refused for who asks, where the case stands, or what its policies know.
    static func offered(_ desk: Desk) -> [OrderForm] {
        all.filter { $0.isPossible(desk) }
    }

    private func isPossible(_ desk: Desk) -> Bool {
        guard let data = example(desk) else { return false }
        do throws(Refusal) {
            let order = try Order(
                kind: kind, payload: JSON.object(data).text, organisation: desk.session.organisation)
            let command = Command(
                id: "offer", seen: .round(desk.file.round),
                by: .account(
                    desk.session.account, organisation: desk.session.organisation,
                    roles: Set(desk.session.roles.map(\.code))), order: order,
                absent: (try? desk.session.absent) ?? [])
            _ = try decide(command, on: desk.file, under: desk.policies, facts: desk.rules.facts, now: desk.now)
            return true
        } catch {
            switch error {
            case .notAllowed, .notNow, .nothingRunning, .againstPolicy, .expired, .stale, .unknownCase, .ownRequest,
                .alreadyRegistered,
                .idTaken:
                return false
            // The example's fault, not the order's.
            case .incomplete, .unknownOrganisation, .unknownRegion, .unknownEarlierCase, .conflictOfInterest, .inFuture,
                .overCap:
                return true
            }
        }
    }

    /// The first answer to each question; `nil` if one that must be answered has none.
    private func example(_ desk: Desk) -> JSONObject? {
        var data = fixed(desk)
        for question in questions {
            switch question.answer {
            case .code(let choices):
                guard let first = choices(desk).first else {
                    if question.isRequired { return nil } else { continue }
                }
                data[question.name] = .string(first.code)
            case .codes, .organisations: data[question.name] = .array([])
            case .yesOrNo: data[question.name] = .bool(true)
            case .moment: data[question.name] = .int(desk.now.microseconds + 86_400_000_000)
            case .clock(let isMeant):
                guard let clock = Self.running(desk, isMeant).first else { return nil }
                data["profile"] = .string(clock.profile)
                data["clock"] = .string(clock.name)
            case .supervision(let isMeant):
                guard let order = desk.file.course.orders.first(where: { isMeant(desk, $0) }) else { return nil }
                data[question.name] = .int(Int64(order.number))
            case .caseNumber: data[question.name] = .int(1)
            case .words: data["note"] = .int(1)
            case .files: break
            }
        }
        return data
    }

    /// What the order says and nobody is asked for.
    private func fixed(_ desk: Desk) -> JSONObject {
        guard kind == .classify else { return JSONObject() }
        var data: JSONObject = [
            "also": .array(desk.file.also.map(JSON.string)), "flags": .array(desk.file.flags.map(JSON.string)),
            "accused": .array(desk.file.accused.map(JSON.string)), "reasons": .array([]),
        ]
        data["region"] = desk.file.region.map(JSON.string)
        return data
    }

    static func running(
        _ desk: Desk, _ isMeant: (ClockRule) -> Bool
    ) -> [(profile: String, name: String, title: String, limit: Moment?)] {
        let running = clocks(of: desk.file, under: desk.policies, on: desk.rules.calendar)
        return desk.policies.flatMap { policy in
            policy.clocks.filter(isMeant).compactMap { rule in
                let clock = running.first { $0.profile == policy.version.profile && $0.rule == rule.name }
                guard clock != nil || rule.isManual else { return nil }
                return (policy.version.profile, rule.name, rule.title, clock?.limit)
            }
        }
    }

    // MARK: As HTML, and back

    /// - Parameter answers: what came before, if it was refused.
    func fields(_ desk: Desk, _ answers: JSON = .null) -> [HTML] {
        questions.map { question in
            let name = name(question)
            func field(_ kind: Field.Kind) -> Field {
                Field(name, question.label, hint: question.hint, isRequired: question.isRequired, kind)
            }
            let value = answers[name]?.string ?? ""
            switch question.answer {
            case .code(let choices): return field(.list(choices(desk).map { ($0.code, $0.title) })).html(value)
            case .codes(let choices): return Self.boxes(name, question.label, choices(desk), answers[name])
            case .organisations: return Self.groups(name, question.label, desk, answers[name])
            case .yesOrNo(let yes, let no): return field(.choice([("true", yes), ("false", no)])).html(value)
            case .moment: return field(.line(type: "datetime-local")).html(value)
            case .clock(let isMeant):
                let choices = Self.running(desk, isMeant).map { clock in
                    (
                        "\(clock.profile) \(clock.name)",
                        clock.title + (clock.limit.map { "（\($0.readable)）" } ?? "")
                    )
                }
                return field(.list(choices)).html(value)
            case .supervision(let isMeant):
                let orders = desk.file.course.orders.filter { isMeant(desk, $0) }
                return field(.list(orders.map { ("\($0.number)", "第 \($0.number) 号督办") })).html(value)
            case .caseNumber: return field(.line()).html(value)
            case .words: return field(.lines(rows: 4)).html(value)
            case .files: return Self.files(name, question, answers[name + Self.keptMark]?.array ?? [])
            }
        }
    }

    private static func files(_ name: String, _ question: Question, _ kept: [JSON]) -> HTML {
        let hidden = kept.map { id -> HTML in
            "<input type='hidden' name='\(name + keptMark)' value='\(id.string ?? "")'>"
        }
        let types = AttachedFile.Kind.allCases.map(\.rawValue).joined(separator: ",")
        return """
            <div class="field"><label for="\(name)">\(question.label)</label>
            <p class="hint" id="\(name)-hint">\(kept.isEmpty ? "" : "已收到 \(kept.count) 个，可以再加。")\(question.hint ?? "")</p>
            \(hidden)<input type="file" id="\(name)" name="\(name)" accept="\(types)" multiple aria-describedby="\(name)-hint"></div>
            """
    }

    private static let keptMark = "-kept"

    /// The field in which files come; `nil` if none may.
    var files: String? {
        questions.first { if case .files = $0.answer { true } else { false } }.map(name)
    }

    /// Where the numbers of files stand that came with an earlier try.
    var kept: String? { files.map { $0 + Self.keptMark } }

    /// Closed but where something is chosen, so that ninety organisations are nine lines.
    private static func groups(_ name: String, _ label: String, _ desk: Desk, _ chosen: JSON?) -> HTML {
        let all = desk.rules.directory.organisations
        let groups = Dictionary(grouping: desk.competent) { all[$0.code]?.parent ?? "" }
        let codes = Set((chosen?.array ?? chosen.map { [$0] } ?? []).compactMap(\.string))
        let lines = groups.sorted { $0.key < $1.key }.map { parent, choices -> HTML in
            let isOpen = choices.contains { codes.contains($0.code) }
            return """
                <details\(isOpen ? " open" : nil)><summary>\(all[parent]?.title ?? "其他")所属（\(choices.count)）</summary>
                \(boxes(name, all[parent]?.title ?? "其他", choices, chosen))</details>
                """
        }
        return "<fieldset><legend>\(label)</legend>\(lines)</fieldset>"
    }

    private static func boxes(
        _ name: String, _ label: String, _ choices: [(code: String, title: String)], _ chosen: JSON?
    ) -> HTML {
        let codes = Set((chosen?.array ?? []).compactMap(\.string))
        let boxes = choices.map { choice -> HTML in
            """
            <label class="option"><input type="checkbox" name="\(name)" value="\(choice.code)"\
            \(codes.contains(choice.code) ? " checked" : nil)> \(choice.title)</label>
            """
        }
        return "<fieldset><legend>\(label)</legend><div class='options'>\(boxes)</div></fieldset>"
    }

    /// What a form may send, whichever it is.
    static let schema: [Schema.Field] = all.flatMap { form in
        form.questions.map { question in
            let schema: Schema =
                switch question.answer {
                case .files: .array(of: .string(1...20, .digits), count: 0...100)
                case .codes, .organisations: .array(of: .string(0...60), count: 0...200)
                case .words: .string(0...20_000)
                default: .string(0...200)
                }
            if case .files = question.answer {
                return .optional(form.name(question) + keptMark, schema, question.label)
            }
            return .optional(form.name(question), schema, question.label)
        }
    }

    /// The order's data and its words.
    /// - Throws: `Problem` 422 that names the questions that are not answered or not rightly.
    func read(_ answers: JSON, _ desk: Desk) throws(Problem) -> (data: JSONObject, note: String?) {
        var data = fixed(desk)
        var note: String?
        var faults: [Problem.Field] = []
        for question in questions {
            let name = name(question)
            func fault(_ message: String) { faults.append(.init(name, "\(question.label)：\(message)")) }
            if question.isList {
                let codes = answers[name]?.array ?? answers[name].map { [$0] } ?? []
                data[question.name] = .array(codes.filter { $0.string?.isEmpty == false })
                continue
            }
            if case .files = question.answer {
                let ids = (answers[name + Self.keptMark]?.array ?? []).compactMap { $0.string.flatMap { Int64($0) } }
                if !ids.isEmpty { data[question.name] = .array(ids.map(JSON.int)) }
                if data["photo"] == .bool(true), ids.isEmpty { fault("请附上照片") }
                continue
            }
            guard let text = answers[name]?.string, !text.isBlank else {
                if question.isRequired { fault("请填写") }
                continue
            }
            switch question.answer {
            case .code(let choices):
                guard choices(desk).contains(where: { $0.code == text }) else {
                    fault("请选择")
                    continue
                }
                data[question.name] = .string(text)
            case .codes, .organisations, .files: break
            case .yesOrNo: data[question.name] = .bool(text == "true")
            case .moment:
                guard let moment = Moment(iso8601: text + ":00+08:00") else {
                    fault("不是时间")
                    continue
                }
                data[question.name] = .int(moment.microseconds)
            case .clock:
                let parts = text.split(separator: " ")
                guard parts.count == 2 else {
                    fault("请选择")
                    continue
                }
                data["profile"] = .string(String(parts[0]))
                data["clock"] = .string(String(parts[1]))
            case .supervision: data[question.name] = Int64(text).map(JSON.int) ?? .string(text)
            case .caseNumber:
                guard let number = CaseNumber(text) else {
                    fault("编号有误")
                    continue
                }
                data[question.name] = .int(number.id)
            case .words: note = text.replacing("\r\n", with: "\n")
            }
        }
        guard faults.isEmpty else { throw Problem.invalid(faults) }
        return (data, note)
    }
}
