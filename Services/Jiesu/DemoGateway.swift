import Foundation
import HTTP
import JSON
import Lifecycle
import Pages
import Synchronization
import Telemetry

/// The gateway that `jiesu up` and `jiesu demo` bring along: it sends nothing to anybody, but keeps what it is given, short messages and mails,
/// in a file of the data folder and shows it on a page. Of a number or an address it keeps the ends only.
final class DemoGateway: Service {
    let name = "gateway"
    private let file: URL
    private let port: ReservedPort
    private let mailPort: ReservedPort
    private let log: Logger
    private let state = Mutex(State())

    private struct State {
        var seen: Set<String> = []
        /// The youngest last.
        var youngest: [Message] = []
        var count = 0
    }

    private struct Message {
        let id: String
        let to: String
        let text: String
        let at: String
    }

    /// Messages on the page. Ids are kept of so many, to know one that comes again.
    private static let (shown, remembered) = (200, 100_000)

    /// - Parameter file: JSON lines; what stands there stays.
    init(file: URL, log: Logger) throws {
        self.file = file
        port = try ReservedPort()
        mailPort = try ReservedPort()
        self.log = log
    }

    /// Messages that came since it was started, each counted once.
    var count: Int { state.withLock(\.count) }

    /// Where the page is.
    var page: String { "http://127.0.0.1:\(port.number)/" }
    /// What tells `jiesu-callback` of it.
    var settings: [String: String] {
        [
            "JIESU_CALLBACK_SMS_URL": "\(page)messages", "JIESU_CALLBACK_SMTP": "127.0.0.1:\(mailPort.number)",
            "JIESU_CALLBACK_MAIL_FROM": "demo@jiesu.invalid",
        ]
    }

    func run() async throws {
        let mail = DemoMailServer(port: mailPort) { [self] id, to, text in
            try keep(Message(id: id, to: Self.masked(to), text: text, at: Self.now()))
        }
        let server = Server(
            name: "jiesu-demo-gateway", listen: "127.0.0.1:\(port.number)", routes: [take, show, Style.route],
            problemPage: { Page.problem($0) }, log: log)
        try await Lifecycle.supervise([server, mail], grace: .seconds(10), log: log)
    }

    private var take: Route {
        Route(
            .post, "/messages", "收下一条短信", tags: ["gateway"],
            body: .json(
                .object([
                    .required("to", .string(1...254), "号码"), .required("text", .string(1...2000), "内容"),
                    .required("id", .string(1...100), "消息编号;同一编号只收一次"),
                ])), answers: [.init(200, "已收下", .object([.required("id", .string(1...100), "消息编号")]))]
        ) { [self] _, body in
            let id = body["id"]?.string ?? ""
            try keep(
                Message(
                    id: id, to: Self.masked(body["to"]?.string ?? ""), text: body["text"]?.string ?? "",
                    at: Self.now()))
            return .json(["id": .string(id)])
        }
    }

    /// Written before it is answered: what was taken is there.
    private func keep(_ message: Message) throws {
        try state.withLock { state in
            guard state.seen.insert(message.id).inserted else { return }
            let line: JSON = [
                "id": .string(message.id), "to": .string(message.to), "text": .string(message.text),
                "at": .string(message.at),
            ]
            do {
                try append(line.bytes + [0x0A])
            } catch {
                state.seen.remove(message.id)
                throw error
            }
            state.count += 1
            state.youngest.append(message)
            if state.youngest.count > Self.shown { state.youngest.removeFirst() }
            if state.seen.count > Self.remembered { state.seen = Set(state.youngest.map(\.id)) }
        }
    }

    private func append(_ bytes: [UInt8]) throws {
        let descriptor = open(file.path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw CommandFailure("\(file.path) cannot be written: errno \(errno)") }
        defer { close(descriptor) }
        guard write(descriptor, bytes, bytes.count) == bytes.count else {
            throw CommandFailure("\(file.path) is not written whole: errno \(errno)")
        }
    }

    private static func masked(_ number: String) -> String {
        number.count < 8 ? "…" : "\(number.prefix(3))…\(number.suffix(2))"
    }

    private static func now() -> String {
        var time = time(nil)
        var parts = tm()
        localtime_r(&time, &parts)
        var text = [CChar](repeating: 0, count: 32)
        let count = strftime(&text, text.count, "%F %T", &parts)
        return String(decoding: text.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    private var show: Route {
        Route(
            .get, "/", "收下的短信和邮件的页面", tags: ["gateway"], answers: [.init(200, "网页", type: "text/html")]
        ) { [self] _, _ in
            let (messages, count) = state.withLock { ($0.youngest, $0.count) }
            let rows = messages.reversed().map { message -> HTML in
                "<li class='card'><p class='hint'>\(message.at) 发给 \(message.to)</p><p class='pre'>\(message.text)</p></li>"
            }
            return Page(
                "当事人收到的短信和邮件",
                """
                <p class="hint">演示用的网关：什么也没有真的发出去。本次启动以来收下 \(count) 条，最近的在前，至多列出 \(Self.shown) 条。</p>
                \(rows.isEmpty ? "<p>还没有。</p>" : HTML("<ol class='steps'>\(rows)</ol>"))
                """
            ).response()
        }
    }
}
