import Casework
import JSON
import Pages
import Policies
import WorkingTime

/// The 工单 on paper: one side of A4, whatever stands in it. What does not fit is cut, and the paper says so.
struct PrintedCase {
    /// One line of the sheet's table, and what is cut of it.
    struct Row {
        let label: String
        let text: String

        init?(_ label: String, _ text: String?) {
            guard let text, !text.isEmpty else { return nil }
            self.label = label
            self.text = text
        }
    }

    let number: String
    let rows: [Row]
    let complaint: String
    /// Contacts beside the first one.
    let more: Int
    let printed: Moment
    let by: String

    /// Half-width characters in a line, and lines of the complaint, that fit the sheet's 180 mm at 10.5 points.
    private static let width = 88
    private static let lines = 18

    var html: HTML {
        let (shown, isCut) = Self.cut(complaint, lines: Self.lines, width: Self.width)
        let table = rows.map { row -> HTML in
            let (text, isCut) = Self.cut(row.text.replacing("\n", with: " "), lines: 1, width: 68)
            return "<tr><th scope='row'>\(row.label)</th><td>\(text)\(isCut ? "…" : "")</td></tr>"
        }
        let rest = [isCut ? "原文太长，只印到这里，全文请在系统里查阅" : nil, more > 0 ? "另有 \(more) 次来件，请在系统里查阅" : nil]
            .compactMap(\.self).joined(separator: "；")
        return """
            <div class="paper" id="paper"><table><tbody>\(table)</tbody></table>
            <h2>诉求内容</h2>
            <div class="pre" id="complaint">\(shown)\(isCut ? "…" : "")</div>
            \(rest.isEmpty ? nil : HTML("<p class='hint' id='cut'>（\(rest)。）</p>"))
            <h2>办理情况</h2>
            <div class="blank"></div>
            <p class="sign">承办人：　　　　　　　　审核人：　　　　　　　　日期：　　　　　　</p>
            <p class="hint">\(by) 打印于 \(printed.readable)；含个人信息，用后按规定保管或销毁。</p>
            </div>
            """
    }

    /// As much of `text` as fits into so many lines of so many half-width characters.
    static func cut(_ text: String, lines: Int, width: Int) -> (text: String, isCut: Bool) {
        var shown = ""
        var (line, column) = (1, 0)
        for character in text {
            if character.isNewline {
                line += 1
                column = 0
            } else {
                // Whatever may be wide is taken for wide: rather a little less than a line too many.
                let size = character.isASCII && !character.isUppercase && !"mw@%".contains(character) ? 1 : 2
                if column + size > width {
                    line += 1
                    column = 0
                }
                column += size
            }
            if line > lines { return (shown, true) }
            shown.append(character)
        }
        return (shown, false)
    }
}
