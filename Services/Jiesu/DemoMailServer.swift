import Foundation
import Lifecycle

/// The mail server of the demo's gateway: takes every mail of `jiesu-callback`, one after the other, and delivers none.
final class DemoMailServer: Service {
    let name = "mail"
    private let port: ReservedPort
    private let take: @Sendable (_ id: String, _ to: String, _ text: String) throws -> Void

    /// Bytes of one mail, its head included.
    private static let longest = 64 << 10

    init(port: ReservedPort, take: @escaping @Sendable (_ id: String, _ to: String, _ text: String) throws -> Void) {
        self.port = port
        self.take = take
    }

    func run() async throws {
        let listening = try listen()
        await withTaskCancellationHandler {
            await withCheckedContinuation { ended in
                Thread.detachNewThread { [self] in
                    // Whoever comes while another talks waits in the backlog; a talk is bounded.
                    while case let connection = accept(listening, nil, nil), connection >= 0 || errno == EINTR {
                        guard connection >= 0 else { continue }
                        Conversation(connection).talk(take)
                    }
                    ended.resume()
                }
            }
        } onCancel: {
            shutdown(listening, Int32(SHUT_RDWR))
        }
        close(listening)
    }

    private func listen() throws -> Int32 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var on: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port.number).bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let isListening = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
                    && Glibc.listen(descriptor, 64) == 0
            }
        }
        guard isListening else { throw CommandFailure("the demo's mail server cannot listen: errno \(errno)") }
        return descriptor
    }

    /// The server's side of RFC 5321, as far as our own client needs it.
    private final class Conversation {
        private let descriptor: Int32
        private var received: [UInt8] = []

        init(_ descriptor: Int32) {
            self.descriptor = descriptor
            var patience = timeval(tv_sec: 2, tv_usec: 0)
            setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        }

        deinit { close(descriptor) }

        func talk(_ take: (_ id: String, _ to: String, _ text: String) throws -> Void) {
            say("220 demo")
            var to = ""
            while let line = read(until: "\r\n") {
                switch line.prefix(4).uppercased() {
                case "RCPT":
                    to = line.split(separator: "<").last.map { String($0.prefix { $0 != ">" }) } ?? ""
                    say("250 ok")
                case "DATA":
                    say("354 go on")
                    guard let mail = read(until: "\r\n.\r\n"), let (id, text) = Self.parts(of: mail),
                        (try? take(id, to, text)) != nil
                    else { return say("451 not kept") }
                    say("250 kept as \(id)")
                case "QUIT": return say("221 bye")
                default: say("250 ok")
                }
            }
        }

        private func say(_ line: String) {
            let bytes = Array("\(line)\r\n".utf8)
            _ = send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
        }

        /// `nil` if the client is gone, silent, or says too much.
        private func read(until end: String) -> String? {
            let end = Array(end.utf8)
            while true {
                if let range = received.firstRange(of: end) {
                    defer { received.removeSubrange(..<range.upperBound) }
                    return String(decoding: received[..<range.lowerBound], as: UTF8.self)
                }
                var bytes = [UInt8](repeating: 0, count: 16 << 10)
                let count = recv(descriptor, &bytes, bytes.count, 0)
                guard count > 0, received.count + count <= DemoMailServer.longest else { return nil }
                received += bytes[..<count]
            }
        }

        /// The message's id, and its text, which is base64.
        private static func parts(of mail: String) -> (id: String, text: String)? {
            guard let id = mail.firstMatch(of: /Message-ID: <([^@>]+)@/)?.1,
                let body = mail.firstRange(of: "\r\n\r\n"),
                let text = Data(base64Encoded: String(mail[body.upperBound...]).replacing("\r\n", with: ""))
            else { return nil }
            return (String(id), String(decoding: text, as: UTF8.self))
        }
    }
}
