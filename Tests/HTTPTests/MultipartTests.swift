import Support
import Testing

@testable import HTTP

/// Forms with files, as they arrive in pieces: what is read, and what strangers may not send.
struct MultipartTests {
    private func read(
        _ bytes: [UInt8], type: String = MultipartBody.type, piece: Int = .max,
        limits change: (inout Limits) -> Void = { _ in },
        room: MultipartReader.Room = { _, _ in true }
    ) throws -> MultipartForm {
        var limits = Limits()
        change(&limits)
        var reader = try #require(MultipartReader(type: type, limits: limits))
        var rest = bytes[...]
        while !rest.isEmpty {
            try rest.prefix(piece).withUnsafeBufferPointer { try reader.read($0, room: room) }
            rest = rest.dropFirst(piece)
        }
        return try reader.finish()
    }

    private func texts(_ form: MultipartForm) -> [String] {
        form.texts.map { "\($0.name)=\(String(decoding: $0.value, as: UTF8.self))" }
    }

    /// With all that looks like a delimiter and is none.
    private static let tricky: [UInt8] =
        Array("\r\r\n--\r\n----WebKitFormBoundary7MA4\r\n\r\n--".utf8) + [0, 255, 13]

    @Test func `texts and files are read wherever the pieces are cut`() throws {
        let body = MultipartBody(
            [("text", "路灯不亮\r\n--"), ("empty", "")],
            files: [("photo", "a.jpg", Self.tricky), ("photo", "", []), ("photo", "b", [])])
        for piece in [1, 2, 3, 7, 64, 1000] {
            let form = try read(body.bytes, piece: piece)
            #expect(texts(form) == ["text=路灯不亮\r\n--", "empty="])
            #expect(
                form.files == [
                    FormFile(field: "photo", content: .whole(Self.tricky)),
                    FormFile(field: "photo", content: .whole([])),
                ], "a field in which no file was chosen is none")
        }
    }

    @Test func `preamble, blanks behind a delimiter and what follows the end mean nothing`() throws {
        let body = """
            preamble\r\n--x \t\r\ncontent-disposition:form-data;name=a\r\nX-Other: 1\r\n\r\n1\r\n--x\r\n\
            Content-Disposition: form-data; filename*=UTF-8''e; name="f"\r\n\r\n2\r\n--x--\r\n--x\r\nepilogue
            """
        let form = try read(Array(body.utf8), type: "Multipart/Form-Data; charset=utf-8; boundary=\"x\"")
        #expect(texts(form) == ["a=1"])
        #expect(form.files == [FormFile(field: "f", content: .whole([UInt8(ascii: "2")]))])
    }

    @Test(arguments: [
        "../../etc/passwd", "..\\..\\boot.ini", "/etc/cron.d/x", "C:\\x.jpg", "a\0.jpg", "x.jpg; name=text", "%00",
        "照片.jpg",
        String(repeating: "a", count: 3000),
    ])
    func `nothing of a file's name is kept, whatever it tries`(name: String) throws {
        let form = try read(MultipartBody(files: [("photo", name, [1])]).bytes)
        #expect(form.files == [FormFile(field: "photo", content: .whole([1]))])
        #expect(form.texts.isEmpty)
    }

    @Test(arguments: [
        ("", "不完整"), ("--x", "不完整"), ("--x\r\n", "不完整"), ("garbage", "不完整"), ("--x--", ""),
        ("--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--x", "不完整"),
        ("--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1--x--", "不完整"),
        ("--x\r\n\r\n1\r\n--x--", "没有名称"), ("--x\r\nContent-Disposition: form-data\r\n\r\n1\r\n--x--", "没有名称"),
        ("--x\r\nContent-Disposition: form-data; name=\"\"\r\n\r\n1\r\n--x--", "没有名称"),
        ("--x\r\nContent-Disposition: form-data; name=\"a\r\n\r\n1\r\n--x--", "没有名称"),
        ("--x\r\nContent-Disposition: attachment; name=\"a\"\r\n\r\n1\r\n--x--", "没有名称"),
        ("--x\r\nno colon\r\n\r\n1\r\n--x--", "头部有误"),
        (
            "--x\r\nContent-Disposition: form-data; name=a\r\nContent-Disposition: form-data; name=b\r\n\r\n--x--",
            "头部重复"
        ),
        (
            "--x\r\nContent-Disposition: form-data; name=a\r\nContent-Type: multipart/mixed; boundary=y\r\n\r\n--y--\r\n--x--",
            "嵌套"
        ),
        ("--x\r\nContent-Disposition: form-data; name=a\r\nContent-Transfer-Encoding: base64\r\n\r\n--x--", "编码"),
        ("--xy\r\n\r\n--x--", "分隔行"), ("--x" + String(repeating: " ", count: 100), "分隔行"),
        ("--x\n\r\n\r\n--x--", "分隔行"), ("--x\r\nA: " + String(repeating: "a", count: 5000), "头部过长"),
        ("--x\r\nA: \u{FFFD}" + String(repeating: "a: b\r\n", count: 5000), "头部过长"),
        (String(repeating: "--x\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n", count: 301) + "--x--", "项目过多"),
    ])
    func `a body that is no such form is a 400 that says why`(body: String, reason: String) {
        for piece in [1, Int.max] {
            do {
                _ = try read(Array(body.utf8), type: "multipart/form-data; boundary=x", piece: piece)
                #expect(reason.isEmpty)
            } catch let problem as Problem {
                #expect(problem.status == 400 && problem.detail?.contains(reason) == true, "\(problem)")
            } catch {
                Issue.record(error)
            }
        }
    }

    @Test(arguments: [
        "multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=\"\"",
        "multipart/form-data; boundary=\"x", "multipart/mixed; boundary=x", "multipart/form-data; boundary=\u{E9}",
        "multipart/form-data; boundary=" + String(repeating: "x", count: 71), "text/plain; boundary=x",
    ])
    func `without a boundary there is nothing to read`(type: String) {
        #expect(MultipartReader(type: type, limits: Limits()) == nil)
    }

    @Test func `a file that is too large is forgotten, and what was typed beside it is not`() throws {
        let body = MultipartBody(
            [("text", "x")], files: [("photo", "a", [UInt8](repeating: 1, count: 1001)), ("photo", "b", [2])])
        var held = 0
        let form = try read(
            body.bytes, piece: 100, limits: { $0.file = 1000 },
            room: { bytes, _ in
                held += bytes
                return true
            })
        #expect(form.files.map(\.content) == [.tooLarge, .whole([2])] && texts(form) == ["text=x"])
        #expect(held <= 1002)
    }

    @Test func `where there is no room a file is forgotten, and text is told so`() throws {
        let body = MultipartBody([("text", "x")], files: [("photo", "a", [1, 2, 3])])
        let form = try read(body.bytes, room: { _, isFile in !isFile })
        #expect(form.files.map(\.content) == [.noRoom] && texts(form) == ["text=x"])
        let busy = #expect(throws: Problem.self) { try read(body.bytes, room: { _, _ in false }) }
        #expect(busy?.status == 503)
        let long = MultipartBody([("a", "12345"), ("b", "678901")])
        let tooLong = #expect(throws: Problem.self) { try read(long.bytes, limits: { $0.body = 10 }) }
        #expect(tooLong?.status == 413)
    }

    @Test func `no bytes whatever bring it down`() throws {
        var chance = SeededGenerator()
        let sample = MultipartBody([("text", "x")], files: [("photo", "a.jpg", Self.tricky)]).bytes
        for _ in 0..<2000 {
            var body = sample
            for _ in 0..<Int.random(in: 1...6, using: &chance) {
                body[Int.random(in: 0..<body.count, using: &chance)] = .random(in: 0...255, using: &chance)
            }
            _ = try? read(body, piece: .random(in: 1...50, using: &chance))
        }
    }
}
