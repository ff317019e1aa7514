import HTTP
import JSON
import Support
import Testing

extension SystemTests {
    @Test(.timeLimit(.minutes(2)))
    func `the intruder notices a page that takes markup for its own`() async throws {
        let form = "<form method='post' action='/'><input type='text' name='a'><button>x</button></form>"
        let page = Route(.get, "/", "x", answers: [.init(200, "x")]) { _, _ in .html(form) }
        let careless = Route(
            .post, "/", "x", body: .form(.object([.required("a", .string(0...99), "a")])), answers: [.init(200, "x")]
        ) { _, answers in .html("<p title='\(answers["a"]?.string ?? "")'>") }
        let server = Server(name: "careless", listen: "127.0.0.1:0", routes: [page, careless], log: .silent)
        try server.start()
        let serving = Task { try await server.run() }
        try await Browser.with(javaScript: true) { browser in
            let intruder = Intruder(browser, site: "http://127.0.0.1:\(server.port ?? 0)")
            try await intruder.go(from: "/")
            #expect(intruder.faults.count == 2 && intruder.faults.allSatisfy { $0.contains("script") })
        }
        serving.cancel()
        try await serving.value
    }

    /// Beside `Page`'s policy, which would forbid such a script to run: no markup may come that far.
    @Test(.timeLimit(.minutes(15)))
    func `markup typed into any field of any form is text on every page that shows it`() async throws {
        let markup = Intruder.markup
        let complaint = Complaint(
            key: "hostile",
            body: [
                "text": .string("柳坝路沿线路灯坏了十几盏，请城管部门尽快更换路灯。\(markup)"), "title": .string(markup),
                "about": .string(markup), "line": "12345", "identity": "named",
                "contact": [
                    "name": .string(markup), "phone": .string(markup), "email": .string(markup + "@example.invalid"),
                    "address": .string(markup),
                ],
                "place": ["address": .string("柳坝路\(markup)"), "region": "望汀区"],
            ])
        try await Self.suite(desks: [Insiders.organisation]) { suite in
            let insiders = try await Insiders(suite, text: complaint, title: markup)
            try await Browser.with(javaScript: true) { browser in
                let citizens = Intruder(browser, site: try await insiders.address(of: "intake"))
                try await citizens.go(from: "/")
                #expect(citizens.faults == [])
                #expect(citizens.shown.contains { $0.contains("sent /complaint") }, "\(citizens.shown)")
                for (part, home) in Insiders.sites {
                    let address = try await insiders.address(of: part)
                    let stranger = Intruder(browser, site: address)
                    try await stranger.go(from: home + "/log-in")
                    #expect(stranger.faults == [])
                    #expect(stranger.shown.contains { $0.contains("sent \(home)/log-in") }, "\(stranger.shown)")
                    _ = try await browser.run(
                        """
                        document.cookie = 'jiesu=\(insiders.logIn(at: part).token); path=/';
                        arguments[arguments.length - 1](null)
                        """)
                    let insider = Intruder(browser, site: address)
                    try await insider.go(from: home)
                    #expect(insider.faults == [], "\(home)")
                    #expect(insider.sent.count >= 4, "\(home): its forms were found: \(insider.sent.sorted())")
                    #expect(!insider.shown.isEmpty, "\(home): \(insider.sent.sorted())")
                    if ["/desk", "/dispatch", "/callback"].contains(home) {
                        #expect(insider.shown.contains { $0.contains("/text") }, "\(home): \(insider.shown.sorted())")
                    }
                    _ = try await browser.run(
                        "document.cookie = 'jiesu=; path=/; max-age=0'; arguments[arguments.length - 1](null)")
                }
            }
        }
    }
}
