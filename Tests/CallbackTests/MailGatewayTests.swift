import Foundation
import Support
import Synchronization
import Testing

@testable import Callback

/// Mails, to a small server of the test's own.
@Suite(.timeLimit(.minutes(2)))
struct MailGatewayTests {
    private static let message = Gateway.Message(
        id: "5f0c", address: NoticeFixture.email, title: "登记告知", number: "0000000017",
        text: String(repeating: "您反映的事项已登记。", count: 20))

    private func gateway(_ server: MailServer, timeout: Duration = .seconds(10)) -> MailGateway {
        MailGateway(host: "127.0.0.1", port: server.port, from: "12345@city.example", timeout: timeout)
    }

    @Test func `a mail is taken, whole, and the server's words are the proof`() async throws {
        let server = try MailServer([
            "220 mx", "250-mx\r\n250 8BITMIME", "250 ok", "251 ok", "354 go", "250 queued as 77",
        ])
        #expect(await gateway(server).send(Self.message) == .taken(proof: "queued as 77"))
        let said = server.said
        #expect(said.contains("MAIL FROM:<12345@city.example>\r\n"))
        #expect(said.contains("RCPT TO:<\(NoticeFixture.email)>\r\n"))
        #expect(said.contains("Message-ID: <5f0c@city.example>\r\n"))
        let lines = said.split(separator: "\r\n", omittingEmptySubsequences: false)
        #expect(lines.allSatisfy { $0.utf8.count <= 998 && !$0.contains("\n") })
        let start = try #require(lines.firstIndex(of: "")) + 1
        let end = try #require(lines.firstIndex(of: "."))
        let text = Data(base64Encoded: lines[start..<end].joined())
        #expect(text.map { String(decoding: $0, as: UTF8.self) } == Self.message.text)
        let subject = Data("登记告知 0000000017".utf8).base64EncodedString()
        #expect(said.contains("Subject: =?UTF-8?B?\(subject)?=\r\n"))
    }

    @Test(arguments: [
        (["421 busy"], "smtp 421"),
        (["220 mx", "250 mx", "250 ok", "550 no such <peony@example.invalid>"], "smtp 550"),
        (["220 mx", "250 mx", "250 ok", "250 ok", "354 go", "452 full"], "smtp 452"),
        (["HTTP/1.1 400"], "malformed answer"),
        (["220 mx", ""], "connection closed"), (["220-" + String(repeating: "x", count: 20_000)], "malformed answer"),
        (["220 mx", "250 mx", "sleep"], "timed out"),
    ])
    func `a server that refuses, talks nonsense, hangs up or is silent fails the mail`(
        answers: [String], expected: String
    ) async throws {
        let server = try MailServer(answers)
        #expect(await gateway(server, timeout: .seconds(1)).send(Self.message) == .failed(expected))
    }

    @Test(arguments: ["a b@c", "a@b>\r\nRCPT TO:<x@y", "没有@例子.cn", "a", "a@b@c", "@b", "a@", "<a@b>"])
    func `what is no address that can stand in a command is sent nowhere`(address: String) async throws {
        let server = try MailServer(["220 mx"])
        let message = Gateway.Message(id: "1", address: address, title: "", number: "", text: "")
        #expect(await gateway(server).send(message) == .failed("no mail address"))
        #expect(server.said == "")
    }

    @Test func `who left a mail address alone is told by mail`() async throws {
        let fixture = try await NoticeFixture()
        let server = try MailServer([
            "220 mx", "250 mx", "250 ok", "250 ok", "354 go", "250 for \(NoticeFixture.email)",
        ])
        try await fixture.start(sms: try fixture.gateway.service(), mail: gateway(server), reports: true)
        let id = try await fixture.register(contact: .init(name: "示例人", email: NoticeFixture.email))
        try await eventually("it came") { try await fixture.standing(id) == ["received delivered 1"] }
        #expect(try await fixture.texts("SELECT means || ' ' || proof FROM jiesu.notice") == ["email for …"])
        #expect(fixture.gateway.messages == [])
    }
}

/// Answers each line that ends a command with the next of its answers; an empty one hangs up, `sleep` says nothing more.
final class MailServer: Sendable {
    let port: UInt16
    private let listening: Int32
    private let heard = Mutex("")

    /// Everything that was said to it.
    var said: String { heard.withLock { $0 } }

    init(_ answers: [String]) throws {
        listening = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let (descriptor, size) = (listening, length)
        let isListening = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, size) == 0 && listen(descriptor, 8) == 0
                    && getsockname(descriptor, $0, &length) == 0
            }
        }
        port = UInt16(bigEndian: address.sin_port)
        guard isListening else { throw POSIXError(.EIO) }
        Thread.detachNewThread { [weak self] in
            while true {
                let connection = accept(descriptor, nil, nil)
                guard connection >= 0 else { return }
                self?.talk(on: connection, answers)
                close(connection)
            }
        }
    }

    deinit {
        shutdown(listening, Int32(SHUT_RDWR))
        close(listening)
    }

    private func talk(on connection: Int32, _ answers: [String]) {
        var patience = timeval(tv_sec: 30, tv_usec: 0)
        setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        for answer in answers + ["221 bye"] {
            if answer.isEmpty { return }
            if answer != "sleep" {
                let bytes = Array("\(answer)\r\n".utf8)
                _ = send(connection, bytes, bytes.count, Int32(MSG_NOSIGNAL))
            }
            let end = answer.hasPrefix("354") ? "\r\n.\r\n" : "\r\n"
            var turn = ""
            while !turn.hasSuffix(end) {
                var bytes = [UInt8](repeating: 0, count: 4096)
                let count = recv(connection, &bytes, bytes.count, 0)
                guard count > 0 else { return }
                turn += String(decoding: bytes[..<count], as: UTF8.self)
            }
            heard.withLock { $0 += turn }
        }
    }
}
