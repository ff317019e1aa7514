import HTTP

/// What carries messages to complainants.
protocol GatewayService: Sendable {
    /// Sends one message. Whatever goes wrong is an outcome; ends by itself within the gateway's own time-out.
    func send(_ message: Gateway.Message) async -> Gateway.Outcome
}

/// What passes between the sender and a gateway.
enum Gateway {
    /// Personal data: whom it goes to.
    struct Message: Sendable {
        /// The same in each attempt.
        let id: String
        /// A telephone number or a mail address, as the complainant wrote it.
        let address: String
        let title: String
        let number: String
        let text: String
    }

    enum Outcome: Sendable, Equatable {
        /// It is with the gateway; `proof` is what that said.
        case taken(proof: String)
        /// It may be tried again.
        case failed(String)
    }
}

/// An HTTP address that takes short messages.
struct SMSGateway: GatewayService {
    let address: HTTPAddress
    let template: GatewayTemplate
    /// `Authorization` header; a secret.
    let authorization: String?
    /// From connecting to the last byte of the answer.
    var timeout = Duration.seconds(10)

    /// Bytes of an answer: a message's number, not a page.
    private static let longestAnswer = 64 << 10

    func send(_ message: Gateway.Message) async -> Gateway.Outcome {
        let (body, type) = template.request([
            .phone: message.address, .text: message.text, .id: message.id, .number: message.number,
            .title: message.title,
        ])
        var headers: Headers = ["Content-Type": type]
        headers["Authorization"] = authorization
        // One connection a message: nothing that an earlier answer left behind can be taken for this one's.
        let client = Client(
            host: address.host, port: address.port, timeout: timeout, longestAnswer: Self.longestAnswer)
        do throws(HTTPError) {
            let answer = try await client.send("POST", address.path, headers: headers, body: body)
            return template.judge(status: answer.status, body: answer.body)
        } catch {
            return .failed(error.code.rawValue)
        }
    }
}
