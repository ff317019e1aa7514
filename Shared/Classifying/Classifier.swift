import Casework
import Policies
import TextMatching

/// Tells what a complaint is by the words of one profile, and whom and where it is about by a directory.
///
/// Pure: the same complaint, profile and directory give the same finding. Make it once and keep it; making it costs
/// some milliseconds, a finding about 30 µs.
package struct Classifier: Sendable {
    /// What came of it.
    package enum Result: Sendable, Equatable {
        /// Decided by rule.
        case sure(Finding)
        /// A person decides; `finding` holds what was found, with the best subject left out.
        case doubtful(Finding, why: Doubt)

        package var finding: Finding {
            switch self {
            case .sure(let finding), .doubtful(let finding, _): finding
            }
        }
    }

    /// Why a person must decide.
    package enum Doubt: String, Sendable, CaseIterable {
        /// No word of any subject was found.
        case noSubject = "no_subject"
        /// The best subject does not reach the score that the profile demands.
        case weakSubject = "weak_subject"
        /// The second subject is too near the best.
        case closeSubjects = "close_subjects"
    }

    private let classification: Classification
    private let rules: WordRules
    private let labels: Labels
    private let names: Names
    private let directory: Directory

    /// Positions of the profile's values among the labels of `rules`.
    private struct Labels: Sendable {
        var nature, subject, urgency, flag: Range<Int>
    }

    package init(_ all: Classification, directory: Directory) {
        let sets = [all.nature.values, all.subjects, all.urgency.values, all.flags]
        var end = 0
        let ranges = sets.map { set in
            defer { end += set.count }
            return end..<end + set.count
        }
        classification = all
        labels = Labels(nature: ranges[0], subject: ranges[1], urgency: ranges[2], flag: ranges[3])
        rules = WordRules(sets.joined().map(\.words), countingAtMost: all.counting.most)
        names = Names(directory, conduct: all.accused.words, within: all.accused.within)
        self.directory = directory
    }

    /// Subjects whose reasons are kept, strongest first; words of a reason; organisations complained about whose names
    /// are kept. The finding itself holds all organisations.
    private static let mostSubjects = 5
    private static let mostWords = 8
    private static let mostAccused = 8

    /// What `complaint` is.
    package func find(_ complaint: Complaint) -> Result {
        let title = complaint.title ?? ""
        let scores = rules.scores(of: [Passage(title, times: classification.counting.title), Passage(complaint.text)])
        let nature = choose(classification.nature, labels.nature, "nature", scores)
        let urgency = choose(classification.urgency, labels.urgency, "urgency", scores)
        let flags = ranked(classification.flags, labels.flag, "flag", scores)
            .filter { $0.score >= classification.flagScore }
        let subjects = ranked(classification.subjects, labels.subject, "subject", scores)
        let place = region(of: complaint)
        let accused = accused(in: complaint, region: place?.region)

        let doubt = doubt(subjects)
        let best = subjects.first
        let also = subjects.dropFirst(doubt == nil ? 1 : 0).filter {
            $0.score >= classification.sure.score && $0.score >= classification.sure.also * (best?.score ?? 0)
        }
        var reasons = Array(subjects.prefix(Self.mostSubjects)) + nature.reasons + urgency.reasons + flags
        if let place {
            reasons.append(Finding.Reason(about: "region", code: place.region, score: 0, words: [place.name]))
        }
        reasons += accused.prefix(Self.mostAccused).map {
            Finding.Reason(about: "accused", code: $0.organisation, score: 0, words: [$0.name])
        }
        let finding = Finding(
            nature: nature.code, subject: doubt == nil ? best?.code : nil, also: also.map(\.code),
            urgency: urgency.code,
            flags: flags.map(\.code).sorted(), region: place?.region, accused: accused.map(\.organisation),
            reasons: reasons)
        return doubt.map { .doubtful(finding, why: $0) } ?? .sure(finding)
    }

    private func doubt(_ subjects: [Finding.Reason]) -> Doubt? {
        guard let best = subjects.first else { return .noSubject }
        if best.score < classification.sure.score { return .weakSubject }
        if subjects.count > 1, best.score < classification.sure.lead * subjects[1].score { return .closeSubjects }
        return nil
    }

    /// The values of a set for which something was found, strongest first, equals in the order of the profile.
    private func ranked(
        _ values: [Classification.Value], _ range: Range<Int>, _ about: String, _ scores: [WordRules.Score]
    ) -> [Finding.Reason] {
        let found = zip(values, range).enumerated().filter { scores[$0.element.1].score > 0 }
        let order = found.sorted { a, b in
            let (first, second) = (scores[a.element.1].score, scores[b.element.1].score)
            return first > second || (first == second && a.offset < b.offset)
        }
        return order.map { entry in
            let score = scores[entry.element.1]
            return Finding.Reason(
                about: about, code: entry.element.0.code, score: score.score,
                words: Array(score.words.prefix(Self.mostWords)))
        }
    }

    private func choose(
        _ choice: Classification.Choice, _ range: Range<Int>, _ about: String, _ scores: [WordRules.Score]
    ) -> (code: String, reasons: [Finding.Reason]) {
        let order = ranked(choice.values, range, about, scores)
        guard let best = order.first, best.score >= choice.score else { return (choice.standard, []) }
        return (best.code, [best])
    }

    private func region(of complaint: Complaint) -> Names.Place? {
        if let given = complaint.region {
            if directory.regions[given] != nil { return Names.Place(region: given, name: given) }
            if let place = names.region(in: [given]) { return place }
        }
        return names.region(in: [complaint.place ?? "", (complaint.title ?? "") + "\n" + complaint.text])
    }

    private func accused(in complaint: Complaint, region: String?) -> [(organisation: String, name: String)] {
        let said = names.named(in: complaint.about ?? "", region: region)
        let told =
            names.accused(in: complaint.title ?? "", region: region)
            + names.accused(in: complaint.text, region: region)
        var seen: Set<String> = []
        return (said + told).filter { seen.insert($0.organisation).inserted }
    }
}
