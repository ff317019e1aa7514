import Casework
import TextMatching

/// Finds regions and organisations by the names that people use for them.
struct Names: Sendable {
    /// What a name means. Short names may be shared: every district has its 教育局.
    private enum Meaning: Sendable, Hashable {
        case region(String)
        case organisation(String)
        /// Not a name, but a word that makes an organisation near it one that is complained about.
        case conduct
    }

    private let directory: Directory
    private let finder: WordFinder
    private let words: [String]
    private let meanings: [[Meaning]]
    private let within: Int
    /// Regions in which an organisation answers for something.
    private let seats: [String: Set<String>]

    init(_ directory: Directory, conduct: [String], within: Int) {
        var meanings: [String: [Meaning]] = [:]
        for region in directory.regions.values {
            for name in Set([region.title] + region.aliases) {
                meanings[name, default: []].append(.region(region.code))
            }
        }
        for one in directory.organisations.values {
            for name in Set([one.title] + one.aliases) { meanings[name, default: []].append(.organisation(one.code)) }
        }
        for word in conduct { meanings[word, default: []].append(.conduct) }
        self.directory = directory
        words = meanings.keys.sorted()
        self.meanings = words.map { meanings[$0] ?? [] }
        finder = WordFinder(words)
        self.within = within
        seats = Dictionary(grouping: directory.jurisdictions, by: \.organisation).mapValues { Set($0.map(\.region)) }
    }

    /// A region and the name under which it was found.
    struct Place: Equatable {
        var region: String
        var name: String
    }

    /// The one region that `texts` name: the first of them that names a region below the outermost decides, by the
    /// most specific region in it. `nil` if that is not one, or if none is named but the outermost.
    func region(in texts: [String]) -> Place? {
        for text in texts {
            var found: [String: String] = [:]
            for match in longest(in: text) {
                for case .region(let code) in meanings[match.word] where found[code] == nil {
                    found[code] = words[match.word]
                }
            }
            let above = Set(found.keys.flatMap { directory.enclosing($0).dropFirst() })
            let inner = found.keys.filter { !above.contains($0) && directory.regions[$0]?.parent != nil }
            guard !inner.isEmpty else { continue }
            // A street's name may occur in two districts: then the one whose district is named too is meant.
            let backed = inner.filter { code in
                directory.enclosing(code).dropFirst().contains {
                    found[$0] != nil && directory.regions[$0]?.parent != nil
                }
            }
            guard let only = inner.count == 1 ? inner.first : backed.count == 1 ? backed.first : nil else { return nil }
            return Place(region: only, name: found[only] ?? "")
        }
        return nil
    }

    /// The organisations that `about` names, in order of code, with the names found.
    func named(in about: String, region: String?) -> [(organisation: String, name: String)] {
        collect(longest(in: about), region: region)
    }

    /// The organisations that a conduct word stands near in `text`.
    func accused(in text: String, region: String?) -> [(organisation: String, name: String)] {
        let matches = longest(in: text)
        // Matches come in order, so the conduct words nearest to a name are the last before it and the first after it.
        var near = [Bool](repeating: false, count: matches.count)
        var conduct: WordFinder.Match?
        for (index, match) in matches.enumerated() {
            if let conduct, match.start - conduct.end <= within { near[index] = true }
            if meanings[match.word].contains(.conduct) { conduct = match }
        }
        conduct = nil
        for (index, match) in matches.enumerated().reversed() {
            if let conduct, conduct.start - match.end <= within { near[index] = true }
            if meanings[match.word].contains(.conduct) { conduct = match }
        }
        return collect(zip(matches, near).filter(\.1).map(\.0), region: region)
    }

    private func collect(
        _ matches: [WordFinder.Match], region: String?
    ) -> [(organisation: String, name: String)] {
        var found: [String: String] = [:]
        for match in matches {
            let codes = meanings[match.word].compactMap { if case .organisation(let code) = $0 { code } else { nil } }
            for code in narrowed(codes, to: region) where found[code] == nil { found[code] = words[match.word] }
        }
        return found.sorted { $0.key < $1.key }.map { (organisation: $0.key, name: $0.value) }
    }

    /// A shared name means those whose area touches `region`; if that leaves nobody, or no region is known, all of
    /// them, for it is better to keep a case from one too many than to hand it to the one complained about.
    private func narrowed(_ codes: [String], to region: String?) -> [String] {
        guard codes.count > 1, let region else { return codes }
        let around = Set(directory.enclosing(region))
        let here = codes.filter { seats[$0]?.isDisjoint(with: around) == false }
        return here.isEmpty ? codes : here
    }

    /// Matches that do not lie inside a longer one, in order.
    private func longest(in text: String) -> [WordFinder.Match] {
        var kept: [WordFinder.Match] = []
        // In order of ends, the longest first of those that end together: a match can only swallow what stands last.
        finder.forEachMatch(in: text) { match in
            if let last = kept.last, last.start <= match.start, last.end >= match.end { return }
            while let last = kept.last, last.start >= match.start { kept.removeLast() }
            kept.append(match)
        }
        return kept
    }
}
