import Foundation
import HTTP
import JSON
import Support
import Telemetry
import Testing

@testable import Callback
@testable import Jiesu

/// What complainants are told in the demo is kept and shown, short message or mail, and leads to nobody.
@Suite(.timeLimit(.minutes(2)))
struct DemoGatewayTests {
    @Test func `what is sent is kept once and shown, with the ends of the number alone`() async throws {
        let folder = try TemporaryFolder()
        let file = folder.url.appending(path: "messages.jsonl")
        let gateway = try DemoGateway(file: file, log: .silent)
        let task = Task { try await gateway.run() }
        defer { task.cancel() }
        let settings = gateway.settings
        let sms = SMSGateway(
            address: try #require(HTTPAddress(settings["JIESU_CALLBACK_SMS_URL"] ?? "")), template: .plain,
            authorization: nil)
        let server = try #require(settings["JIESU_CALLBACK_SMTP"]?.split(separator: ":").last.flatMap { UInt16($0) })
        let mail = MailGateway(host: "127.0.0.1", port: server, from: settings["JIESU_CALLBACK_MAIL_FROM"] ?? "")
        func message(_ id: String, _ address: String) -> Gateway.Message {
            Gateway.Message(id: id, address: address, title: "登记告知", number: "17", text: "您反映的事项已登记 <b>，编号17。")
        }
        try await eventually("both listen") {
            guard case .taken = await sms.send(message("a", "13912345678")) else { return false }
            guard case .taken = await mail.send(message("b", "peony@example.invalid")) else { return false }
            return true
        }
        for id in ["a", "c"] {
            guard case .taken = await sms.send(message(id, "13912345678")) else {
                Issue.record("not taken")
                continue
            }
        }
        #expect(gateway.count == 3)
        let kept = try String(contentsOf: file, encoding: .utf8)
        #expect(
            try kept.split(separator: "\n").map { try JSON.parse(Array($0.utf8))["to"]?.string } == [
                "139…78", "peo…id", "139…78",
            ])
        #expect(kept.contains("您反映的事项已登记 <b>，编号17。") && !kept.contains("13912345678"))
        #expect(
            try FileManager.default.attributesOfItem(atPath: file.path)[.posixPermissions] as? Int == 0o600)
        let page = try await Client(port: Int(URL(string: gateway.page)?.port ?? 0)).send("GET", "/")
        #expect(page.status == 200 && page.text.contains("已登记 &lt;b&gt;") && page.text.contains("收下 3 条"))
        #expect(!page.text.contains("13912345678") && !page.text.contains("peony"))
        try await Browser.with(javaScript: true) { browser in
            try await browser.open(gateway.page)
            #expect(try await browser.faults(of: "demo-messages", judged: true) == [])
        }
        #expect(await mail.send(message("d", "peony@example.invalid")) == .taken(proof: "kept as d"))
        // Once stopped it takes nothing.
        task.cancel()
        _ = await task.result
        guard case .failed = await mail.send(message("e", "peony@example.invalid")) else {
            Issue.record("taken after the end")
            return
        }
    }
}
