import Foundation
import JSON
import Support

/// Somebody who types markup into whatever a site lets them type, in a real browser, and looks whether any page takes it for its own.
///
/// It follows all links of a site and sends each form twice: with markup in all texts that a form takes as they come, and with
/// markup in everything, also where a browser would not let one type.
final class Intruder {
    /// Ends an attribute and an element, is one itself, and brings a script.
    static let markup = "\"'><x-h><script>hit=1</script>"

    private let browser: Browser
    private let site: String
    /// What was wrong, by page.
    private(set) var faults: [String] = []
    /// Pages on which the markup stands, as text.
    private(set) var shown: Set<String> = []
    private(set) var sent: Set<String> = []
    private var seen: Set<String> = []

    /// Pages of one site that are looked at, at most.
    private static let most = 60

    init(_ browser: Browser, site: String) {
        self.browser = browser
        self.site = site
    }

    /// Goes through all pages that can be reached from there, then through all once more: what was sent may stand on any.
    func go(from start: String) async throws {
        var open = [start]
        while let page = open.popLast() {
            guard seen.count < Self.most, seen.insert(Self.plain(page)).inserted else { continue }
            open += try await visit(page)
        }
        for page in seen.sorted() { _ = try await look(page) }
    }

    /// One page with all its forms.
    /// - Returns: where it leads.
    private func visit(_ page: String) async throws -> [String] {
        var links = try await look(page)
        for form in try await list("Array.from(document.forms).map(key)") where !Self.isLeftOut(form) {
            for isEverything in [false, true] where sent.insert("\(form) \(isEverything)").inserted {
                try await browser.open(site + page)
                guard try await fill(form, isEverything) else { continue }
                links += try await check("\(page), sent \(form)")
            }
        }
        return links
    }

    private func look(_ page: String) async throws -> [String] {
        try await browser.open(site + page)
        return try await check(page)
    }

    /// Its end would end the visit, and wrong passwords are slowed.
    private static func isLeftOut(_ form: String) -> Bool {
        form.contains("/log-out ") || form.contains("/password ")
    }

    /// Without its question: lists in another order are the same page.
    private static func plain(_ address: String) -> String { String(address.prefix { $0 != "?" && $0 != "#" }) }

    private func check(_ page: String) async throws -> [String] {
        let found = try await list(
            """
            [document.querySelector('x-h') ? 'markup' : '', typeof window.hit === 'undefined' ? '' : 'script',
             document.documentElement.textContent.includes('<x-h>') ||
             Array.from(document.querySelectorAll('input')).some(e => e.value.includes('<x-h>')) ? 'shown' : '']
            """)
        if found.contains("markup") || found.contains("script") { faults.append("\(page): \(found)") }
        if found.contains("shown") { shown.insert(page) }
        return try await list(
            "Array.from(document.links).filter(a => a.origin === location.origin).map(a => a.pathname + a.search)")
    }

    /// - Returns: whether there is this form, which is then sent.
    private func fill(_ form: String, _ isEverything: Bool) async throws -> Bool {
        let isThere = try await browser.run(
            """
            \(Self.helpers)
            const form = Array.from(document.forms).find(f => key(f) === \(JSON.string(form).text));
            const markup = \(JSON.string(Self.markup).text), everything = \(isEverything);
            if (!form) { done(false); return; }
            const button = form.querySelector('button[value=send]') || form.querySelector('button[name]');
            for (const e of Array.from(form.elements)) {
              if (!e.name || e.name === 'form_token' || e.type === 'file' || e.tagName === 'BUTTON') { continue; }
              if (e.type === 'checkbox' || e.type === 'radio') { e.checked = true; if (!everything) { continue; } }
              if (e.tagName === 'SELECT') {
                if (everything) { e.add(new Option('', markup)); }
                e.selectedIndex = e.options.length - 1;
              } else if (everything) {
                if (e.tagName === 'INPUT') { e.type = 'hidden'; }
                e.disabled = false; e.value = markup;
              } else if (e.tagName === 'TEXTAREA' || (e.type === 'text' && e.inputMode !== 'numeric')) {
                e.value = markup;
              }
            }
            if (button && button.name) {
              const pressed = document.createElement('input');
              pressed.type = 'hidden'; pressed.name = button.name; pressed.value = button.value;
              form.appendChild(pressed);
            }
            document.documentElement.setAttribute('data-left', '');
            done(true);
            setTimeout(() => HTMLFormElement.prototype.submit.call(form), 0);
            """)
        guard isThere == true else { return false }
        try await eventually("the form leads to a page", within: .seconds(60)) {
            do {
                return try await browser.run(
                    """
                    arguments[arguments.length - 1](document.readyState === 'complete'
                      && !document.documentElement.hasAttribute('data-left'))
                    """) == true
            } catch is Browser.Failure {
                return false
            }
        }
        return true
    }

    private static let helpers = """
        const done = arguments[arguments.length - 1];
        const key = f => [f.getAttribute('action'), (f.querySelector('[name=kind]') || {}).value || '',
          (f.querySelector('button') || {}).textContent || ''].join(' ');
        """

    private func list(_ script: String) async throws -> [String] {
        try await browser.run("\(Self.helpers)\ndone(\(script));").array?.compactMap(\.string) ?? []
    }
}
