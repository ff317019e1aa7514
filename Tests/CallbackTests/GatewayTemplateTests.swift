import HTTP
import JSON
import Testing

@testable import Callback

/// What a provider is sent, and what its answers mean, as a city's file says.
@Suite struct GatewayTemplateTests {
    private static let values: [GatewayTemplate.Value: String] = [
        .phone: "13912345678", .text: "他说\"{id}\"&b=1\n换行", .id: "m-1", .number: "7", .title: "登记告知",
    ]

    @Test func `a value can change nothing of what a request says, and what it says in braces is no value`() throws {
        let json = try GatewayTemplate(
            Array(
                #"{"body": {"a": "+86{phone}", "b": {"c": ["{text}", 1, true, null]}, "d": "{id}/{number}/{title}"}}"#
                    .utf8))
        let (body, type) = json.request(Self.values)
        #expect(type == "application/json")
        #expect(
            try JSON.parse(body) == [
                "a": "+8613912345678", "b": ["c": ["他说\"{id}\"&b=1\n换行", 1, true, .null]], "d": "m-1/7/登记告知",
            ])
        let form = try GatewayTemplate(
            Array(#"{"encoding": "form", "body": {"mobile": "{phone}", "content": "{text}", "k&y": "x y"}}"#.utf8))
        let (pairs, formType) = form.request(Self.values)
        #expect(formType == "application/x-www-form-urlencoded")
        #expect(
            String(decoding: pairs, as: UTF8.self)
                == "mobile=13912345678&content=%E4%BB%96%E8%AF%B4%22%7Bid%7D%22%26b%3D1%0A%E6%8D%A2%E8%A1%8C&k%26y=x%20y"
        )
    }

    @Test(arguments: [
        (200, #"{"Code": "OK", "list": [{"id": "9"}]}"#, "taken 9"),
        (202, #"{"Code": "OK", "list": [{"id": 9}]}"#, "taken 9"),
        (200, #"{"Code": "OK", "list": []}"#, "failed an answer without /list/0/id"),
        (
            200, #"{"Code": "ok", "list": [{"id": "9"}]}"#,
            #"failed not accepted: {"Code": "ok", "list": [{"id": "9"}]}"#
        ),
        (200, #"{"list": [{"id": "9"}]}"#, #"failed not accepted: {"list": [{"id": "9"}]}"#),
        (200, "OK", "failed an answer that is no JSON"), (200, "", "failed an answer that is no JSON"),
        (404, #"{"Code": "OK", "list": [{"id": "9"}]}"#, "failed status 404"), (199, "", "failed status 199"),
    ])
    func `an answer means`(status: Int, body: String, expected: String) throws {
        let template = try GatewayTemplate(
            Array(#"{"body": {"to": "{phone}"}, "accepted": {"/Code": "OK"}, "proof": "/list/0/id"}"#.utf8))
        let outcome =
            switch template.judge(status: status, body: Array(body.utf8)) {
            case .taken(let proof): "taken \(proof)"
            case .failed(let reason): "failed \(reason)"
            }
        #expect(outcome == expected)
        #expect(GatewayTemplate.plain.judge(status: 200, body: Array("x".utf8)) == .taken(proof: "x"))
    }

    @Test(arguments: [
        ("[]", "is no JSON object"), ("{}", "has no body"), (#"{"body": []}"#, "has no body"),
        (#"{"body": {"a": "{text}"}}"#, "nowhere says {phone}"), (#"{"body": {"a": "{phone}{pin}"}}"#, "{pin}"),
        (#"{"body": {"a": "{phone}"}, "proof": "id"}"#, "JSON pointer"),
        (#"{"body": {"a": "{phone}"}, "accepted": {"code": 1}}"#, "JSON pointer"),
        (#"{"body": {"a": "{phone}"}, "encoding": "xml"}"#, "neither json nor form"),
        (#"{"body": {"a": "{phone}", "b": 1}, "encoding": "form"}"#, "no text"),
        (#"{"body": {"a": "{phone}"}, "headers": {}}"#, "unknown key headers"),
    ])
    func `a file that is no template says why`(text: String, why: String) {
        do {
            _ = try GatewayTemplate(Array(text.utf8))
            Issue.record("read")
        } catch {
            #expect(error.message.contains(why), "\(error.message)")
        }
    }

    @Test(arguments: [
        ("http://a.example", "http://a.example:80/"), ("http://a.example/x?y=1", "http://a.example:80/x?y=1"),
        ("http://10.0.0.1:8000/send", "http://10.0.0.1:8000/send"), ("http://[::1]:8000/s", "http://[::1]:8000/s"),
        ("http://[::1]/s", "http://[::1]:80/s"), ("https://a.example", nil), ("http://", nil), ("http://u:p@a/", nil),
        ("http://a b/", nil), ("http://a/\r\nX: y", nil), ("http://a:0/", nil), ("http://a:99999/", nil), ("a", nil),
    ])
    func `an address is read, or refused`(text: String, expected: String?) {
        #expect(HTTPAddress(text)?.description == expected)
    }

    @Test(arguments: [
        ("https://a.example/x?y=1", "https://a.example:443/x?y=1", "https://a.example/x?y=1"),
        ("https://a.example:8443", "https://a.example:8443/", "https://a.example:8443/"),
        ("http://[::1]/s", "http://[::1]:80/s", "http://[::1]/s"), ("http://a:443/", "http://a:443/", "http://a:443/"),
        ("ftp://a/", nil, nil), ("https://u:p@a/", nil, nil), ("https://", nil, nil),
    ])
    func `an address for a proxy has its scheme, and no port that goes without saying`(
        text: String, expected: String?, absolute: String?
    ) {
        #expect(HTTPAddress(text, allowsHTTPS: true)?.description == expected)
        #expect(HTTPAddress(text, allowsHTTPS: true)?.absolute == absolute)
    }

    @Test func `of what a gateway said nothing is kept that leads to the person`() {
        func kept(_ said: String, _ address: String) -> String { NoticeSender.kept(said, of: address) }
        #expect(kept(#"{"mobile":"8613912345678"}"#, "139 1234 5678") == #"{"mobile":"86139…"}"#)
        #expect(kept("139-1234-5678 ok", "139-1234-5678") == "… ok")
        #expect(kept("msg 20261127001", "13912345678") == "msg 20261127001")
        #expect(kept("250 <peony@example.invalid> queued as 1", "peony@example.invalid") == "250 <…> queued as 1")
        #expect(kept("a\r\nb\u{0}", "13912345678") == "a  b ")
        #expect(kept(String(repeating: "好", count: 500), "13912345678").utf8.count == 300)
    }
}
