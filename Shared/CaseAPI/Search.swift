import Access
import CaseStore
import Casework
import JSON
import HTTP

/// A page of what a search found.
package struct Found: Sendable {
    /// The youngest first; only what whoever asked may see.
    package let cases: [CaseView]
    /// Whether there may be more below `last`.
    package let last: Int64?
}

extension CaseBook {
    /// Looks for cases, also closed ones. Who asked what is on record before anything is looked for, and each case that is shown is on
    /// record too.
    /// - Returns: `nil` if `session`'s account is disabled by now.
    package func found(
        _ question: SearchQuestion, for session: Session, before: Int64?, limit: Int, on access: AccessStore
    ) async throws -> Found? {
        guard let ids = try await access.search(question, for: session, before: before, limit: limit) else {
            return nil
        }
        let views = try await views(of: ids, for: session.organisation)
        try await access.shown(views.map(\.row.file.id), to: session, purpose: "search")
        return Found(cases: views, last: ids.count == limit ? ids.last : nil)
    }
}

extension SearchQuestion {
    /// What a form or a program sends for it.
    package static let schema: [Schema.Field] = [
        .optional("number", .string(0...40), "受理编号"),
        .optional("phone", .string(0...100), "电话,至少七位数字"),
        .optional("name", .string(0...100), "姓名,须完整"),
        .optional("words", .string(0...400), "原文中的字词,以空格分开,都须出现;每个至少两个字"),
        .optional("place", .string(0...100), "地点中的字词,至少两个字"),
    ]

    /// - Parameter answers: checked by `schema`.
    /// - Throws: `Problem` 422 that names what could not be looked for.
    package init(reading answers: JSON) throws(Problem) {
        var faults: [Problem.Field] = []
        func text(_ name: String) -> String? {
            answers[name]?.string.flatMap { $0.isBlank ? nil : $0 }
        }
        self.init()
        if let typed = text("number") {
            number = CaseNumber(typed)?.id
            if number == nil { faults.append(.init("number", "受理编号有误，请核对各位数字")) }
        }
        if let typed = text("phone") {
            phone = typed
            if !(7...40).contains(typed.filter(\.isDigit).count) {
                faults.append(.init("phone", "电话至少要有七位数字"))
            }
        }
        name = text("name")
        words = (text("words") ?? "").split(whereSeparator: \.isWhitespace).map(String.init)
        if words.count > Self.mostWords { faults.append(.init("words", "至多 \(Self.mostWords) 个字词")) }
        if words.contains(where: { $0.unicodeScalars.count < 2 }) {
            faults.append(.init("words", "每个字词至少两个字"))
        }
        if let typed = text("place") {
            place = typed
            if typed.unicodeScalars.filter({ !$0.properties.isWhitespace }).count < 2 {
                faults.append(.init("place", "地点至少两个字"))
            }
        }
        if isEmpty, faults.isEmpty { faults.append(.init("number", "请至少填写一项")) }
        guard faults.isEmpty else { throw Problem.invalid(faults) }
    }
}

extension Character {
    /// As `jiesu.phone_digits` knows them: also the wide ones that an input method writes.
    fileprivate var isDigit: Bool { ("0"..."9").contains(self) || ("０"..."９").contains(self) }
}
