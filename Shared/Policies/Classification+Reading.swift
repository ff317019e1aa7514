import JSON
import TextMatching

extension Classification {
    /// The codes of each set as far as they can be read, so that what refers to them is checked even where other parts
    /// are wrong. `nil`: no such set.
    struct Codes {
        var natures, subjects, urgencies, flags: [String]?
    }

    /// The parameter `classify`.
    static func read(
        _ value: CheckedValue, _ sources: inout [String: String]
    ) -> (classification: Classification?, codes: Codes) {
        let keys = ["sure", "counting", "nature", "subject", "urgency", "flags", "accused"]
        guard let members = Parameter.read(value, "classify", keys, keys, &sources) else { return (nil, Codes()) }
        let sure = members["sure"].flatMap(readSure)
        let counting = members["counting"].flatMap(readCounting)
        var budget = mostWords
        let natures = members["nature"].flatMap { readSet($0, "classify.nature", choiceKeys, &sources, &budget) }
        let subjects = members["subject"].flatMap { readSet($0, "classify.subject", [], &sources, &budget) }
        let urgencies = members["urgency"].flatMap { readSet($0, "classify.urgency", choiceKeys, &sources, &budget) }
        let flags = members["flags"].flatMap { readSet($0, "classify.flags", ["score"], &sources, &budget) }
        let nature = natures.flatMap(readChoice)
        let urgency = urgencies.flatMap(readChoice)
        let flagScore = flags?.members["score"]?.number(in: scores)
        let accused = members["accused"].flatMap { readAccused($0, &sources, &budget) }
        if budget < 0 { value.report("more than \(mostWords) words; expected fewer") }
        if subjects?.codes.isEmpty == true { members["subject"]?.report("expected at least one subject") }
        let codes = Codes(
            natures: natures?.codes, subjects: subjects?.codes, urgencies: urgencies?.codes, flags: flags?.codes)
        guard let sure, let counting, let nature, let subjects, let urgency,
            let flags, let flagScore, let accused
        else { return (nil, codes) }
        let classification = Classification(
            sure: sure, counting: counting, nature: nature, subjects: subjects.values, urgency: urgency,
            flags: flags.values,
            flagScore: flagScore, accused: accused)
        return (classification, codes)
    }

    /// Bounds the memory of the automaton: about 5 MB.
    private static let mostWords = 20_000
    private static let scores = 0.5...1000.0

    private static func readSure(_ value: CheckedValue) -> Sure? {
        let keys = ["score", "lead", "also"]
        guard let members = value.members(keys, required: keys) else { return nil }
        guard let score = members["score"]?.number(in: scores), let lead = members["lead"]?.number(in: 1...100),
            let also = members["also"]?.number(in: 0.01...1)
        else { return nil }
        return Sure(score: score, lead: lead, also: also)
    }

    private static func readCounting(_ value: CheckedValue) -> Counting? {
        let keys = ["title", "most"]
        guard let members = value.members(keys, required: keys) else { return nil }
        guard let title = members["title"]?.integer(in: 1...100), let most = members["most"]?.integer(in: 1...100)
        else {
            return nil
        }
        return Counting(title: title, most: most)
    }

    private static let choiceKeys = ["default", "score"]

    private static func readChoice(_ set: ValueSet) -> Choice? {
        let standard = set.members["default"]?.choice(set.codes, called: "value of this set")
        guard let standard, let score = set.members["score"]?.number(in: scores) else { return nil }
        return Choice(standard: standard, score: score, values: set.values)
    }

    /// A set of values as far as it can be read; `codes` also has those of values that are wrong elsewhere.
    private struct ValueSet {
        var members: CheckedMembers
        var codes: [String] = []
        var values: [Value] = []
    }

    private static func readSet(
        _ value: CheckedValue, _ name: String, _ keys: [String], _ sources: inout [String: String],
        _ budget: inout Int
    ) -> ValueSet? {
        guard let members = value.members(["source", "values"] + keys, required: ["values"] + keys) else { return nil }
        if let source = members["source"]?.text() { sources[name] = source }
        var set = ValueSet(members: members)
        for element in members["values"]?.elements(of: "values") ?? [] {
            guard let parts = element.members(["code", "title", "words"], required: ["code", "title", "words"]) else {
                continue
            }
            let code = parts["code"]?.code()
            let title = parts["title"]?.text(most: 40)
            let words = parts["words"].map { readTerms($0, &budget) }
            guard let code else { continue }
            if set.codes.contains(code) { parts["code"]?.report("the code \(code.quoted) is there twice") }
            set.codes.append(code)
            if let title, let words { set.values.append(Value(code: code, title: title, words: words)) }
        }
        return set
    }

    private static func readAccused(
        _ value: CheckedValue, _ sources: inout [String: String], _ budget: inout Int
    ) -> Accused? {
        guard let members = value.members(["source", "words", "within"], required: ["words", "within"]) else {
            return nil
        }
        if let source = members["source"]?.text() { sources["classify.accused"] = source }
        let words = members["words"]?.distinct(of: "words") { $0.text(most: 40) }
        budget -= words?.count ?? 0
        guard let words, let within = members["within"]?.integer(in: 0...200) else { return nil }
        return Accused(words: words, within: within)
    }

    /// A list of terms: `"词"`, or `{"word" or "words", "weight", "near", "not_near", "within"}`.
    private static func readTerms(_ value: CheckedValue, _ budget: inout Int) -> [Term] {
        var terms: [Term] = []
        var plain: Set<String> = []
        for element in value.elements(of: "words") {
            let read = element.value.string == nil ? readGroup(element) : readWord(element).map { [Term($0)] } ?? []
            budget -= read.reduce(0) { $0 + 1 + $1.near.count + $1.notNear.count }
            for term in read where !term.hasContext && !plain.insert(term.word).inserted {
                element.report("\(term.word.quoted) stands in this list twice")
            }
            terms += read
        }
        return terms
    }

    private static func readGroup(_ value: CheckedValue) -> [Term] {
        let keys = ["word", "words", "weight", "near", "not_near", "within"]
        guard let members = value.members(keys, required: []) else { return [] }
        let weight = members["weight"]?.number(in: 0.1...100)
        let near = members["near"]?.distinct(of: "words", least: 1, readWord)
        let notNear = members["not_near"]?.distinct(of: "words", least: 1, readWord)
        let within = members["within"]?.integer(in: 0...200)
        if (near != nil || notNear != nil) != (members["within"] != nil) {
            value.report("expected \"within\" (a number of characters) together with \"near\" or \"not_near\"")
        }
        let words: [String]
        switch (members["word"], members["words"]) {
        case (let word?, nil): words = readWord(word).map { [$0] } ?? []
        case (nil, let list?): words = list.distinct(of: "words", least: 1, readWord)
        default:
            value.report("expected either \"word\" or \"words\"")
            words = []
        }
        return words.map {
            Term($0, weight: weight ?? 1, near: near ?? [], notNear: notNear ?? [], within: within ?? 0)
        }
    }

    private static func readWord(_ value: CheckedValue) -> String? {
        guard let word = value.text(most: 40) else { return nil }
        guard !word.hasPrefix(" "), !word.hasSuffix(" ") else {
            value.report("expected a word without spaces around it")
            return nil
        }
        return word
    }
}
