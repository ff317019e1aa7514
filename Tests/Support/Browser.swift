import Foundation
import HTTP
import JSON

/// A real Chromium, driven over WebDriver (W3C). Elements are named by CSS selectors.
package final class Browser: Sendable {
    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    private let driver: BackgroundProgram
    private let client: Client
    private let session: String

    /// Runs `body` with a browser of its own, and ends that whatever comes.
    /// - Parameter javaScript: whether pages may run scripts.
    package static func with<Value>(
        javaScript: Bool, _ body: (Browser) async throws -> Value
    ) async throws -> Value {
        let (driver, port) = try await startDriver()
        defer { driver.signal(SIGTERM) }
        let browser = try await Browser(driver, port: port, javaScript: javaScript)
        do {
            let value = try await body(browser)
            _ = try await browser.ask("DELETE", "")
            return value
        } catch {
            _ = try? await browser.ask("DELETE", "")
            throw error
        }
    }

    /// A port that is free for IPv6 may be taken for IPv4; then the driver ends, and another one asks for another port.
    private static func startDriver() async throws -> (driver: BackgroundProgram, port: Int) {
        var said = ""
        for _ in 0..<5 {
            let folder = try TemporaryFolder()
            let driver = try BackgroundProgram(
                URL(filePath: "/usr/bin/env"), ["chromedriver", "--port=0"], environment: BuiltProgram.environment(),
                output: folder.url.appending(path: "out"), errors: folder.url.appending(path: "err"))
            var port: Int?
            defer { if port == nil { driver.signal(SIGTERM) } }
            try await eventually("chromedriver listens") {
                let hasEnded = driver.status != nil
                said = try folder.text("out")
                port = said.firstMatch(of: /started successfully on port (\d+)/).flatMap { Int($0.1) }
                return port != nil || hasEnded
            }
            if let port { return (driver, port) }
        }
        throw Failure(description: "chromedriver does not start: \(said)")
    }

    private init(_ driver: BackgroundProgram, port: Int, javaScript: Bool) async throws {
        self.driver = driver
        client = Client(port: port, timeout: .seconds(60))
        // Root, and a machine without a display.
        var options: JSONObject = [
            "args": ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars"]
        ]
        if !javaScript { options["prefs"] = ["profile.managed_default_content_settings.javascript": 2] }
        let wanted: JSON = ["capabilities": ["alwaysMatch": ["goog:chromeOptions": .object(options)]]]
        let answer = try await client.send("POST", "/session", json: wanted)
        guard let id = answer.json?["value"]?["sessionId"]?.string else { throw Failure(description: answer.text) }
        session = id
        // An element that is not there yet is waited for: without JavaScript a click does not wait for the page it leads to.
        try await ask("POST", "/timeouts", ["implicit": 20_000])
    }

    @discardableResult
    private func ask(_ method: String, _ path: String, _ body: JSON = [:]) async throws -> JSON {
        let target = "/session/\(session)\(path)"
        let answer =
            method == "POST"
            ? try await client.send(method, target, json: body) : try await client.send(method, target)
        guard answer.status == 200 else { throw Failure(description: "\(method) \(path): \(answer.text)") }
        return answer.json?["value"] ?? .null
    }

    package func open(_ address: String) async throws { try await ask("POST", "/url", ["url": .string(address)]) }
    package func address() async throws -> String { try await ask("GET", "/url").string ?? "" }

    private func element(_ selector: String) async throws -> String {
        let found = try await ask("POST", "/element", ["using": "css selector", "value": .string(selector)])
        // The key is fixed by the standard.
        guard let id = found["element-6066-11e4-a52e-4f735466cecf"]?.string else {
            throw Failure(description: "no \(selector)")
        }
        return id
    }

    package func text(of selector: String) async throws -> String {
        try await ask("GET", "/element/\(try await element(selector))/text").string ?? ""
    }

    /// Clicks on what leads to another page, and waits until this one is gone: the click alone returns before.
    package func follow(_ selector: String) async throws {
        let clicked = try await element(selector)
        try await ask("POST", "/element/\(clicked)/click")
        try await eventually("the page is left") {
            do {
                try await ask("GET", "/element/\(clicked)/enabled")
                return false
            } catch is Failure {
                return true
            }
        }
    }

    package func click(_ selector: String) async throws {
        try await ask("POST", "/element/\(try await element(selector))/click")
    }

    package func type(_ text: String, into selector: String) async throws {
        try await ask("POST", "/element/\(try await element(selector))/value", ["text": .string(text)])
    }

    /// Presses keys wherever the focus is. WebDriver's own codes: `\u{E004}` is Tab, `\u{E007}` Enter.
    package func press(_ keys: String) async throws {
        let actions = keys.map(String.init).flatMap { key -> [JSON] in
            [["type": "keyDown", "value": .string(key)], ["type": "keyUp", "value": .string(key)]]
        }
        try await ask("POST", "/actions", ["actions": [["type": "key", "id": "keys", "actions": .array(actions)]]])
    }

    /// Runs a script of the test's own; the answer is what it passes to its last argument.
    package func run(_ script: String) async throws -> JSON {
        try await ask("POST", "/execute/async", ["script": .string(script), "args": []])
    }

    /// By WebDriver's command `print`; centimetres.
    func pdf(_ page: JSON, margin: Double) async throws -> Data {
        let margins: JSON = [
            "top": .double(margin), "bottom": .double(margin), "left": .double(margin), "right": .double(margin),
        ]
        let printed = try await ask("POST", "/print", ["page": page, "margin": margins, "shrinkToFit": false])
        return printed.string.flatMap { Data(base64Encoded: $0) } ?? Data()
    }

    /// Shows the page at a width in CSS pixels, as high as it is.
    /// - Returns: by how many pixels it is too wide, and its picture, a PNG.
    package func look(width: Int) async throws -> (overflow: Int, picture: Data) {
        func resize(_ height: Int) async throws {
            let metrics: JSON = [
                "cmd": "Emulation.setDeviceMetricsOverride",
                "params": [
                    "width": .int(Int64(width)), "height": .int(Int64(height)), "deviceScaleFactor": 1,
                    "mobile": false,
                ],
            ]
            try await ask("POST", "/goog/cdp/execute", metrics)
        }
        try await resize(900)
        let layout = try await ask(
            "POST", "/goog/cdp/execute", ["cmd": "Page.getLayoutMetrics", "params": [:]])["cssContentSize"]
        try await resize(max(400, Int(layout?["height"]?.double ?? 900)))
        let picture = try await ask("GET", "/screenshot").string.flatMap { Data(base64Encoded: $0) }
        return (max(0, Int(layout?["width"]?.double ?? 0) - width), picture ?? Data())
    }
}
