import Casework
import CaseStore
import Classifying
import HTTP
import JSON
import Pages
import Policies
import WorkPages
import WorkingTime

/// What stands beside the operator's form while the caller speaks: a warning of urgent kinds with the limit that applies, what the
/// complaint would be taken for, and open cases that are like it.
struct OperatorAssist {
    let complaints: ComplaintRoutes
    private let classifiers = Classifiers()

    init(complaints: ComplaintRoutes) {
        self.complaints = complaints
    }

    /// - Parameter answers: the form as far as it is filled in.
    func html(_ answers: JSON, for visitor: WorkSite.Visitor) async throws -> HTML {
        let rules = try await complaints.cases.rulebook()
        func text(_ name: String) -> String? { answers[name]?.string.flatMap { $0.isBlank ? nil : $0 } }
        guard let typed = text("text"), let profile = rules.profile(line: complaints.line) else { return "" }
        let complaint = Complaint(text: typed, place: text("place"), about: text("about"), region: text("region"))
        let registered = Registered(
            channel: text("channel") ?? KnownCodes.publicChannels[0], source: text("source"), identity: .anonymous,
            policies: [profile.policy.version])
        let now = try await complaints.cases.now()
        let suggestion = classifiers.classifier(of: profile, in: rules.directory, book: rules.number).flatMap {
            Suggestion(complaint, registered: registered, by: $0, rules: rules, now: now)
        }
        let region = suggestion?.finding.region ?? text("region").flatMap { rules.directory.region(called: $0) }
        let like = try await complaints.store.cases(
            like: [typed, text("place"), text("about")].compactMap(\.self).joined(separator: "\n"),
            in: region.map { Self.around($0, rules.directory) }, for: visitor.session, rules)
        return """
            \(suggestion.map { html($0, profile, now) })
            \(like.isEmpty ? nil : html(like, rules))
            """
    }

    /// Where a matter of `region` can lie: in it, in what it is a part of, and in its parts.
    private static func around(_ region: String, _ directory: Directory) -> [String] {
        let parts = directory.regions.keys.filter { directory.enclosing($0).contains(region) }
        return Set(directory.enclosing(region) + parts).sorted()
    }

    private func html(_ suggestion: Suggestion, _ profile: Profile, _ now: Moment) -> HTML {
        let finding = suggestion.finding
        func words(_ about: String, _ code: String?) -> String {
            let found = finding.reasons.first { $0.about == about && (code == nil || $0.code == code) }?.words ?? []
            return found.isEmpty ? "" : "（\(found.joined(separator: "、"))）"
        }
        let urgency = profile.title(of: finding.urgency) ?? finding.urgency
        let limits = suggestion.limits.map { limit -> HTML in "<li>\(limit.title)：\(limit.end.readable)</li>" }
        let subject = finding.subject ?? finding.reasons.first { $0.about == "subject" }?.code
        let warning: HTML = """
            <div class="notice urgent" role="alert"><strong>\(urgency)事项</strong>\(words("urgency", nil))
            \(limits.isEmpty ? nil : HTML("<p>现在受理，时限为：</p><ul>\(limits)</ul>"))</div>
            """
        return """
            \(suggestion.isUrgent ? warning : nil)
            <div class="notice"><h2>建议</h2><dl>
            <dt>分类</dt><dd id="suggested">\(subject.map { (profile.title(of: $0) ?? $0) + words("subject", $0) } ?? "没有把握")\
            \(suggestion.isSure ? nil : "，将由人工研判")</dd>
            <dt>性质</dt><dd>\(profile.title(of: finding.nature) ?? finding.nature)</dd>
            <dt>紧急程度</dt><dd>\(urgency)</dd></dl>
            \(suggestion.isUrgent || limits.isEmpty ? nil : HTML("<ul>\(limits)</ul>"))</div>
            """
    }

    private func html(_ like: [LikeCase], _ rules: Rulebook) -> HTML {
        let items = like.map { one -> HTML in
            let subject = one.subject.map { rules.profile(named: one.policy.profile)?.title(of: $0) ?? $0 } ?? "未分类"
            let lead = one.lead.map { rules.directory.organisations[$0]?.title ?? $0 }
            let region = one.region.map { rules.directory.regions[$0]?.title ?? $0 }
            let known = [region, subject, one.state.title, lead].compactMap(\.self).joined(separator: "，")
            let common = one.common.map { "“\($0)”" }.joined(separator: "、")
            return """
                <li>\(one.number.description)：\(one.registered.readable) \(known)
                \(common.isEmpty ? nil : HTML("<p class='hint'>相同的字词：\(common)</p>"))
                <button class="quiet" form="register" name="take" value="\(one.number.description)" formaction="/operator/form" \
                formnovalidate>是同一件事，关联 \(one.number.description)</button></li>
                """
        }
        return """
            <div class="notice"><h2>可能重复的工单</h2><p class="hint">未办结的工单，最相似的在前；看到了哪些留有记录。</p>
            <ul id="likely">\(items)</ul></div>
            """
    }
}
