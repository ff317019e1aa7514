/// One question of a form, with its label, its hint, what was answered before and what is wrong with that.
package struct Field: Sendable {
    package enum Kind: Sendable {
        /// One line. `type` is HTML's: `text`, `tel`, `email`, `datetime-local`; `fill`: what a browser may put in by itself.
        case line(type: StaticString = "text", fill: StaticString = "off")
        case lines(rows: Int)
        /// One of several, all of them shown.
        case choice([(value: String, title: String)])
        /// One of many, or none.
        case list([(value: String, title: String)])
    }

    package let name: String
    let label: String
    let hint: String?
    let kind: Kind
    let isRequired: Bool

    package init(_ name: String, _ label: String, hint: String? = nil, isRequired: Bool = false, _ kind: Kind = .line())
    {
        self.name = name
        self.label = label
        self.hint = hint
        self.kind = kind
        self.isRequired = isRequired
    }

    /// - Parameters:
    ///   - value: what was answered before.
    ///   - fault: what is wrong with it, said to whoever fills the form in.
    package func html(_ value: String = "", fault: String? = nil) -> HTML {
        let notes: HTML = """
            \(hint.map { text -> HTML in "<p class='hint' id='\(name)-hint'>\(text)</p>" })
            \(fault.map { text -> HTML in "<p class='fault' id='\(name)-fault'>\(text)</p>" })
            """
        let rest = attributes(fault)
        switch kind {
        case .choice(let options):
            let buttons = options.enumerated().map { index, option -> HTML in
                let isChosen = option.value == value
                return """
                    <label class="option"><input type="radio" name="\(name)" id="\(index == 0 ? name : "\(name)-\(index)")" \
                    value="\(option.value)"\(isChosen ? " checked" : nil)\(isRequired ? " required" : nil)> \
                    \(option.title)</label>
                    """
            }
            return """
                <fieldset\(described(fault))>
                <legend>\(label)\(mark)</legend>
                \(notes)
                \(buttons)
                </fieldset>
                """
        case .line(let type, let fill):
            return """
                <div class="field"><label for="\(name)">\(label)\(mark)</label>
                \(notes)
                <input type="\("\(type)")" autocomplete="\("\(fill)")" value="\(value)" \(rest)></div>
                """
        case .lines(let rows):
            // A browser drops the first line break of a textarea.
            return """
                <div class="field"><label for="\(name)">\(label)\(mark)</label>
                \(notes)
                <textarea rows="\(rows)" \(rest)>
                \(value)</textarea></div>
                """
        case .list(let options):
            let choices = [("", "（不选）")] + options
            let lines = choices.map { option -> HTML in
                "<option value='\(option.0)'\(option.0 == value ? " selected" : nil)>\(option.1)</option>"
            }
            return """
                <div class="field"><label for="\(name)">\(label)\(mark)</label>
                \(notes)
                <select \(rest)>
                \(lines)
                </select></div>
                """
        }
    }

    private var mark: HTML? { isRequired ? " <span class='must'>必填</span>" : nil }

    private func attributes(_ fault: String?) -> HTML {
        "id='\(name)' name='\(name)'\(isRequired ? " required" : nil)\(described(fault))"
    }

    private func described(_ fault: String?) -> HTML? {
        let ids = [hint.map { _ in "\(name)-hint" }, fault.map { _ in "\(name)-fault" }].compactMap(\.self)
        guard !ids.isEmpty else { return nil }
        return "\(fault == nil ? nil : HTML(" aria-invalid='true'")) aria-describedby='\(ids.joined(separator: " "))'"
    }
}

/// What is wrong with a form as a whole, each fault a link to its field; the first thing that is read out.
package func summary(of faults: [(field: String, message: String)]) -> HTML? {
    guard !faults.isEmpty else { return nil }
    let lines = faults.map { fault -> HTML in "<li><a href='#\(fault.field)'>\(fault.message)</a></li>" }
    return """
        <div class="faults" role="alert"><p>有 \(faults.count) 处需要修改：</p>
        <ul>
        \(lines)
        </ul></div>
        """
}
