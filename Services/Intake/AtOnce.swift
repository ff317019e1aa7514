import CaseStore
import HTTP
import Policies

/// What may be answered while the caller is on the line (当场答复), under a scheme that has that.
struct AtOnce {
    typealias Choice = (value: String, title: String)

    let natures: [Choice]
    let subjects: [Choice]
    private let urgency: String

    /// - Returns: `nil`: nothing is.
    init?(under profile: Profile) {
        guard let natures = profile.policy.answerAtOnce?.natures, let classification = profile.classification else {
            return nil
        }
        self.natures = classification.nature.values.filter { natures.contains($0.code) }.map { ($0.code, $0.title) }
        subjects = classification.subjects.map { ($0.code, $0.title) }
        urgency = classification.urgency.standard
    }

    /// - Parameters:
    ///   - nature: may be left out where there is only one.
    ///   - faults: what is wrong with it, by the pointers of `/answer`.
    func answer(
        nature: String?, subject: String?, text: String, _ faults: inout [Problem.Field]
    ) -> Registration.Answer {
        let only = natures.count == 1 ? natures[0].value : ""
        let (nature, subject) = (nature ?? only, subject ?? "")
        if !natures.contains(where: { $0.value == nature }) { faults.append(.init("/answer/nature", "请选择性质")) }
        if !subjects.contains(where: { $0.value == subject }) { faults.append(.init("/answer/subject", "请选择分类")) }
        if text.unicodeScalars.count > Registration.longestText { faults.append(.init("/answer", "太长了")) }
        return Registration.Answer(nature: nature, subject: subject, urgency: urgency, text: text)
    }
}
