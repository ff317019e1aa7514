import JSON
import Testing

@testable import HTTP

/// Paths, queries, forms and spelling, without sockets.
struct DecodingTests {
    @Test(arguments: [
        ("/", [""]), ("/a/b", ["a", "b"]), ("/a/", ["a", ""]), ("/%E6%8A%95%E8%AF%89/x%2Fy", ["投诉", "x/y"]),
        ("/a+b?x=1", ["a+b"]), ("/投诉", ["投诉"]),
    ])
    func `divides a path before it decodes it`(target: String, segments: [String]) throws {
        #expect(try RequestTarget(Array(target.utf8)).segments == segments)
    }

    @Test(arguments: [
        "", "*", "a/b", "http://x/", "/%", "/%2", "/%zz", "/%00", "/a%00b", "/%FF", "/%C0%AF", "/?a=%00", "/?%ff=1",
    ])
    func `refuses a target that hides a NUL, no UTF-8 or a broken escape`(target: String) {
        #expect { try RequestTarget(Array(target.utf8)) } throws: { ($0 as? Problem)?.status == 400 }
        #expect { try RequestTarget([0x2F, 0xFF]) } throws: { ($0 as? Problem)?.status == 400 }
        #expect { try RequestTarget([0x2F, 0x00]) } throws: { ($0 as? Problem)?.status == 400 }
    }

    @Test func `reads a form with spaces, signs, empty values and repeated names`() throws {
        let form = try Form(Array("a=1+2&b=%E5%A5%BD&c&=x&&a=%2B%26%3D&d=p=q".utf8)[...])
        #expect(form["a"] == "1 2")
        #expect(form.all("a") == ["1 2", "+&="])
        #expect(form["b"] == "好")
        #expect(form["c"] == "")
        #expect(form["d"] == "p=q")
        #expect(form["e"] == nil)
    }

    @Test func `turns a form into what its schema wants`() throws {
        let schema = Schema.object([
            .required("text", .string(0...9), ""), .required("stars", .integer(1...5), ""),
            .optional("solved", .boolean, ""), .optional("tag", .array(of: .integer(0...9), count: 0...9), ""),
            .optional("note", .string(1...9), ""), .optional("share", .nullable(.number(0...1)), ""),
        ])
        func value(_ text: String) throws -> String { try Form(Array(text.utf8)[...]).value(for: schema).text }
        #expect(
            try value("text=5&stars=5&solved=true&tag=1&tag=2&note=&share=0.5")
                == #"{"text":"5","stars":5,"solved":true,"tag":[1,2],"share":0.5}"#)
        #expect(try value("text=&stars=five&tag=x") == #"{"text":"","stars":"five","tag":["x"]}"#)
        #expect(try value("stars=1&stars=2&other=x") == #"{"stars":["1","2"],"other":"x"}"#)
    }

    @Test func `header names have no case, and keep their order and repetitions`() {
        var headers: Headers = ["Content-Type": "a", "X-Two": "1"]
        headers.append("2", for: "x-two")
        #expect(headers["content-type"] == "a")
        #expect(headers.all("X-TWO") == ["1", "2"])
        headers["X-Two"] = "3"
        #expect(headers.map { $0.value } == ["a", "3"])
        #expect(headers["X-Tw\u{F}"] == nil)
    }
}
