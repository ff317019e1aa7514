import CaseStore
import Configuration
import Foundation
import HTTP

/// The settings of `jiesu-callback`: beside the common ones, how complainants are told. Without a gateway nobody is.
struct CallbackSettings: Sendable {
    let common: CommonSettings
    /// `JIESU_PUBLIC_URL`: where citizens look up their cases.
    let publicURL: String?
    /// `JIESU_CALLBACK_SMS_URL`, `_SMS_TEMPLATE`, `_SMS_AUTHORIZATION`.
    let sms: SMSGateway?
    /// `JIESU_CALLBACK_SMTP`, `JIESU_CALLBACK_MAIL_FROM`.
    let mail: MailGateway?
    /// `JIESU_CALLBACK_REPORT_TOKEN`: what the provider shows when it reports a delivery; a secret. With it a short message counts as
    /// delivered when that is reported, without it when the gateway has taken it.
    let reportToken: String?
    /// `JIESU_CALLBACK_WEBHOOK_PROXY`: through which webhooks go; without it only those that begin with http://.
    let webhookProxy: ListenAddress?

    init(_ environment: inout Environment) {
        common = CommonSettings(&environment, port: 8084)
        publicURL = environment.optional(
            "JIESU_PUBLIC_URL", .text("an address for a browser", example: "https://12345.example.cn"),
            "where citizens look up their cases; stands in messages")
        let address = environment.optional(
            "JIESU_CALLBACK_SMS_URL",
            .secret(
                "an address that begins with http://", example: "http://sms.example.cn:8000/send",
                read: { HTTPAddress($0) }),
            "where short messages to complainants are sent; without it none are")
        let path = environment.optional(
            "JIESU_CALLBACK_SMS_TEMPLATE", .readableFile,
            "JSON file with what the provider wants to be sent and what its answers mean; without it a plain one")
        let authorization = environment.optional(
            "JIESU_CALLBACK_SMS_AUTHORIZATION", .secret("text", example: "Bearer abc", read: { $0 }),
            "the Authorization header of these requests")
        reportToken = environment.optional(
            "JIESU_CALLBACK_REPORT_TOKEN",
            .secret(
                "at least 20 characters", example: "0123456789abcdefghij",
                read: { $0.utf8.count >= 20 && $0.utf8.allSatisfy { (0x21...0x7E).contains($0) } ? $0 : nil }),
            "what the provider shows when it reports a delivery; with it only such a report counts as proof")
        webhookProxy = environment.optional(
            "JIESU_CALLBACK_WEBHOOK_PROXY", .address,
            "HTTP proxy through which webhooks go to the organisations; it speaks https, which this program does not")
        let template = Self.template(path, &environment)
        sms = address.map { SMSGateway(address: $0, template: template, authorization: authorization) }
        let server = environment.optional(
            "JIESU_CALLBACK_SMTP", .address, "mail server that takes our mails, without TLS and without a password")
        let from = environment.optional(
            "JIESU_CALLBACK_MAIL_FROM", .text("a mail address", example: "12345@example.cn"),
            "the sender's address of these mails")
        if let from, !MailGateway.isAddress(from) {
            environment.mistake("JIESU_CALLBACK_MAIL_FROM", "is no mail address of ASCII characters")
        }
        if server != nil, from == nil {
            environment.mistake("JIESU_CALLBACK_MAIL_FROM", "is not set; a mail needs a sender")
        }
        mail = server.flatMap { server in
            from.map { MailGateway(host: server.host, port: UInt16(clamping: server.port), from: $0) }
        }
    }

    private static func template(_ path: String?, _ environment: inout Environment) -> GatewayTemplate {
        guard let path else { return .plain }
        do {
            guard let bytes = FileManager.default.contents(atPath: path), bytes.count <= 64 << 10 else {
                throw GatewayTemplate.Fault(message: "cannot be read or is longer than 64 KiB")
            }
            return try GatewayTemplate([UInt8](bytes))
        } catch let fault as GatewayTemplate.Fault {
            environment.mistake("JIESU_CALLBACK_SMS_TEMPLATE", "names a file that \(fault.message)")
        } catch {
            environment.mistake("JIESU_CALLBACK_SMS_TEMPLATE", "names a file that cannot be read")
        }
        return .plain
    }
}
