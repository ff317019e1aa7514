import JSON
import Support
import Testing

@testable import HTTP

/// Forms with files over real sockets.
@Suite(.timeLimit(.minutes(1)))
struct FormsWithFilesTests {
    private static let form = Route(
        .post, "/form", "", body: .form(.object([.required("text", .string(1...10), "")]), files: ["photo"]),
        answers: [.init(200, "")]
    ) { request, content in
        let files = request.files.map { file -> JSON in
            switch file.content {
            case .whole(let bytes): .int(Int64(bytes.count))
            case .tooLarge: "too large"
            case .noRoom: "no room"
            }
        }
        return .json(["text": content["text"] ?? .null, "files": .array(files)])
    }
    private static let photo = Route(.get, "/photo", "", answers: [.init(200, "", type: "image/jpeg")]) { _, _ in
        .file([UInt8](repeating: 7, count: 300_000), type: "image/jpeg", isShown: true)
    }
    private static let routes = [form, photo, LiveServer.echo]

    private func send(_ live: LiveServer, _ body: MultipartBody, type: String = MultipartBody.type) async throws
        -> Client.Answer
    {
        try await live.client().send("POST", "/form", headers: ["Content-Type": type], body: body.bytes)
    }

    @Test func `a form comes with files or without, and its texts are checked alike`() async throws {
        try await LiveServer.with(Self.routes) { live async throws in
            let three = [UInt8](repeating: 1, count: 3_000_000)
            let answer = try await send(
                live, MultipartBody([("text", "a")], files: [("photo", "x", three), ("photo", "y", [1])]))
            #expect(answer.json == ["text": "a", "files": [3_000_000, 1]], "\(answer.text)")
            let plain = try await live.client().send(
                "POST", "/form", headers: ["Content-Type": "application/x-www-form-urlencoded"],
                body: Array("text=b".utf8))
            #expect(plain.json == ["text": "b", "files": []])
            for (body, fault) in [
                (MultipartBody([("text", "01234567890")]), "/text"),
                (MultipartBody([("other", "a"), ("text", "a")]), "/other"),
                (MultipartBody([("text", "a")], files: [("paper", "x", [1])]), "/paper"), (MultipartBody(), "/text"),
            ] {
                let refused = try await send(live, body)
                #expect(
                    refused.status == 422 && refused.json?["fields"]?[0]?["name"]?.string == fault, "\(refused.text)")
            }
            var wrong = MultipartBody()
            wrong.add("form-data; name=\"text\"", [0xFF])
            #expect(try await send(live, wrong).status == 400)
            #expect(try await send(live, MultipartBody([("text", "a")]), type: "multipart/form-data").status == 400)
            #expect(
                try await send(live, MultipartBody([("text", "a")]), type: "multipart/form-data; boundary=z").status
                    == 400)
            let elsewhere = try await live.client().send(
                "POST", "/echo", headers: ["Content-Type": MultipartBody.type],
                body: MultipartBody([("text", "a")]).bytes)
            #expect(elsewhere.status == 415, "only where files may be sent")
        }
    }

    @Test func `files that are too many together are forgotten one by one, and nothing else suffers`() async throws {
        try await LiveServer.with(
            Self.routes,
            limits: {
                $0.filesInMemory = 1_000_000
                $0.file = 600_000
                $0.formWithFiles = 3_000_000
            }
        ) { live async throws in
            func files(_ sizes: Int...) -> MultipartBody {
                MultipartBody(
                    [("text", "a")], files: sizes.map { ("photo", "x", [UInt8](repeating: 1, count: $0)) })
            }
            #expect(try await send(live, files(600_001, 10)).json?["files"] == ["too large", 10])
            #expect(try await send(live, files(600_000, 600_000, 10)).json?["files"] == [600_000, "no room", 10])
            #expect(try await send(live, files(3_000_001)).status == 413)
            #expect(try await send(live, files(600_000)).json?["files"] == [600_000], "all of it was given back")
        }
    }

    @Test func `hundreds of uploads at once hold no more than there is room for, and complaints without one go on`()
        async throws
    {
        try await LiveServer.with(Self.routes, limits: { $0.filesInMemory = 4_000_000 }) { live async throws in
            let crowd = Crowd(port: live.port, size: 400)
            let part =
                "--\(MultipartBody.boundary)\r\nContent-Disposition: form-data; name=\"photo\"; filename=\"x\"\r\n\r\n"
            try await crowd.send(
                "POST /form HTTP/1.1\r\nHost: x\r\nContent-Type: \(MultipartBody.type)\r\nContent-Length: 5000000\r\n\r\n"
                    + part + String(repeating: "x", count: 60_000))
            try await eventually("as much as there is room for has arrived") { live.server.heldFiles > 3_900_000 }
            #expect(live.server.heldFiles <= 4_000_000)
            #expect(try await live.client().send("POST", "/echo", json: ["text": "a"]).status == 200)
            let late = try await send(
                live, MultipartBody([("text", "a")], files: [("photo", "x", [UInt8](repeating: 1, count: 90_000))]))
            #expect(late.json == ["text": "a", "files": ["no room"]])
            #expect(try await live.client().send("GET", "/photo").status == 503, "answers count as well")
            await crowd.close()
            try await eventually("all is given back") { live.server.heldFiles == 0 }
        }
    }

    @Test
    func
        `five thousand uploads at once get as many connections as there are, the others are refused, and all is given back`()
        async throws
    {
        let change: (inout Limits) -> Void = {
            $0.filesInMemory = 4_000_000
            // Nobody is cut off for being slow while this looks.
            $0.idleSeconds = 50
            $0.arrival = .seconds(50)
        }
        try await LiveServer.with(Self.routes, limits: change) { live async throws in
            let crowd = Crowd(port: live.port, size: 5000)
            let tricks = "../../../etc/cron.d/x"
            let part =
                "--\(MultipartBody.boundary)\r\nContent-Disposition: form-data; name=\"photo\"; filename=\"\(tricks)\"\r\n\r\n"
            let head =
                "POST /form HTTP/1.1\r\nHost: x\r\nContent-Type: \(MultipartBody.type)\r\nContent-Length: 5000000\r\n\r\n"
            try await crowd.sendUnlessRefused(head + part + String(repeating: "x", count: 10_000))
            try await eventually("whoever found no place is sent away, and as much has arrived as there is room for") {
                #expect(live.server.openConnections <= 1000 && live.server.heldFiles <= 4_000_000)
                return await crowd.refused() == 4000 && live.server.heldFiles > 3_900_000
            }
            #expect(live.server.openConnections == 1000)
            await crowd.close()
            try await eventually("all is given back") { live.server.heldFiles == 0 && live.server.openConnections == 0 }
            let next = try await send(live, MultipartBody([("text", "a")], files: [("photo", tricks, [1, 2])]))
            #expect(next.json == ["text": "a", "files": [2]], "the server is as it was")
        }
    }

    @Test func `a file is sent so that no browser takes it for a page of ours`() async throws {
        try await LiveServer.with(Self.routes) { live async throws in
            let answer = try await live.client().send("GET", "/photo")
            #expect(answer.body.count == 300_000 && answer.headers["Content-Type"] == "image/jpeg")
            #expect(answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox")
            #expect(answer.headers["X-Content-Type-Options"] == "nosniff")
            try await eventually("all is given back") { live.server.heldFiles == 0 }
        }
    }

    @Test func `files may take their time, as long as they move`() async throws {
        try await LiveServer.with(
            Self.routes,
            limits: {
                $0.arrival = .milliseconds(600)
                $0.fileRate = 10_000
            }
        ) { live async throws in
            let body = MultipartBody([("text", "a")], files: [("photo", "x", [UInt8](repeating: 1, count: 40_000))])
                .bytes
            let head =
                "POST /form HTTP/1.1\r\nHost: x\r\nContent-Type: \(MultipartBody.type)\r\nContent-Length: \(body.count)\r\n\r\n"
            let (moving, still) = (live.connection(), live.connection())
            try await moving.send(head)
            try await still.send(head)
            for start in stride(from: 0, to: body.count, by: 8000) {
                try await moving.send(Array(body[start..<min(start + 8000, body.count)]))
                try await Task.sleep(for: .milliseconds(250))
            }
            #expect(try await moving.answer().json?["files"] == [40_000])
            let end = try await still.everything()
            #expect(end.isEmpty, "cut off")
        }
    }

    @Test func `the document says that files may be sent`() {
        let document = OpenAPI.document(title: "t", version: "1", routes: [Self.form])
        let content = document["paths"]?["/form"]?["post"]?["requestBody"]?["content"]?.object
        #expect(content?.keys == ["application/x-www-form-urlencoded", "multipart/form-data"])
        let schema = content?["multipart/form-data"]?["schema"]
        #expect(schema?["properties"]?["photo"]?["type"] == "array" && schema?["required"] == ["text"])
    }
}
