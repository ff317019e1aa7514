import Foundation
import HTTP
import Lifecycle

/// A mail server that takes messages without TLS and without a password, as a relay within the city's own network does. One
/// connection a message.
struct MailGateway: GatewayService {
    let host: String
    let port: UInt16
    /// The sender's address.
    let from: String
    /// For the whole conversation.
    var timeout = Duration.seconds(10)

    func send(_ message: Gateway.Message) async -> Gateway.Outcome {
        guard Self.isAddress(message.address) else { return .failed("no mail address") }
        let letter = letter(message)
        let executor = BlockingExecutor(label: "smtp")
        return await executor.run { [self] in
            do throws(Failure) {
                var talk = try SMTPConversation(host, port, deadline: .now + timeout)
                try talk.expect(220)
                try talk.say("EHLO \(Self.domain(of: from))", 250)
                try talk.say("MAIL FROM:<\(from)>", 250)
                try talk.say("RCPT TO:<\(message.address)>", 250, 251)
                try talk.say("DATA", 354)
                let proof = try talk.say(letter + "\r\n.", 250)
                // It has the message; how it takes the farewell changes nothing.
                _ = try? talk.say("QUIT", 221)
                return .taken(proof: proof)
            } catch {
                return .failed(error.reason)
            }
        }
    }

    /// Why a conversation led nowhere; holds nothing that was said but the server's number for it.
    struct Failure: Error {
        let reason: String
    }

    /// Whether an address can stand in a command: ASCII without blanks and brackets, one `@`. Others need SMTPUTF8, which we do not speak.
    static func isAddress(_ text: String) -> Bool {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        return parts.count == 2 && text.utf8.count <= 254 && parts.allSatisfy { !$0.isEmpty }
            && text.utf8.allSatisfy { (0x21...0x7E).contains($0) && !"<>()[]\\,;:\"".utf8.contains($0) }
    }

    private static func domain(of address: String) -> String {
        address.split(separator: "@").last.map(String.init) ?? "localhost"
    }

    /// Base64 throughout: no line is too long and none begins with a dot.
    private func letter(_ message: Gateway.Message) -> String {
        let body = Data(message.text.utf8).base64EncodedString(
            options: [.lineLength76Characters, .endLineWithCarriageReturn, .endLineWithLineFeed])
        let date = DateFormatter()
        date.locale = Locale(identifier: "en_US_POSIX")
        date.timeZone = TimeZone(identifier: "UTC")
        date.dateFormat = "EEE, dd MMM yyyy HH:mm:ss '+0000'"
        let subject = Data("\(message.title) \(message.number)".utf8).base64EncodedString()
        return """
            From: <\(from)>\r
            To: <\(message.address)>\r
            Subject: =?UTF-8?B?\(subject)?=\r
            Date: \(date.string(from: Date()))\r
            Message-ID: <\(message.id)@\(Self.domain(of: from))>\r
            MIME-Version: 1.0\r
            Content-Type: text/plain; charset=utf-8\r
            Content-Transfer-Encoding: base64\r
            Auto-Submitted: auto-generated\r
            \r
            \(body)
            """
    }
}

/// The client's side of RFC 5321, as far as one message needs it. Blocks, at most until its deadline.
private struct SMTPConversation {
    private let socket: ClientSocket
    private let deadline: ContinuousClock.Instant
    private var received: [UInt8] = []

    /// Bytes of one reply, all its lines together.
    private static let longestReply = 16 << 10

    init(_ host: String, _ port: UInt16, deadline: ContinuousClock.Instant) throws(MailGateway.Failure) {
        self.deadline = deadline
        do throws(HTTPError) {
            socket = try ClientSocket(host, port, deadline: deadline)
        } catch {
            throw MailGateway.Failure(reason: error.code.rawValue)
        }
    }

    /// - Returns: what the server said, without its number.
    @discardableResult
    mutating func say(_ line: String, _ wanted: Int...) throws(MailGateway.Failure) -> String {
        do throws(HTTPError) {
            try socket.send(Array("\(line)\r\n".utf8), deadline: deadline)
        } catch {
            throw MailGateway.Failure(reason: error.code.rawValue)
        }
        return try reply(wanted)
    }

    mutating func expect(_ wanted: Int) throws(MailGateway.Failure) { _ = try reply([wanted]) }

    private mutating func reply(_ wanted: [Int]) throws(MailGateway.Failure) -> String {
        var total = 0
        while true {
            let line = try line()
            total += line.utf8.count
            guard total <= Self.longestReply else { throw MailGateway.Failure(reason: "malformed answer") }
            guard let number = Int(line.prefix(3)), (200...599).contains(number) else {
                throw MailGateway.Failure(reason: "malformed answer")
            }
            // More lines follow.
            if line.dropFirst(3).first == "-" { continue }
            guard wanted.contains(number) else { throw MailGateway.Failure(reason: "smtp \(number)") }
            return String(line.dropFirst(4))
        }
    }

    private mutating func line() throws(MailGateway.Failure) -> String {
        while true {
            if let end = received.firstIndex(of: 0x0A) {
                let line = received[..<end]
                received.removeSubrange(...end)
                return String(decoding: line.last == 0x0D ? line.dropLast() : line, as: UTF8.self)
            }
            guard received.count <= Self.longestReply else { throw MailGateway.Failure(reason: "malformed answer") }
            let more: [UInt8]
            do throws(HTTPError) {
                more = try socket.receive(deadline: deadline)
            } catch {
                throw MailGateway.Failure(reason: error.code.rawValue)
            }
            guard !more.isEmpty else { throw MailGateway.Failure(reason: HTTPError.Code.closed.rawValue) }
            received += more
        }
    }
}
