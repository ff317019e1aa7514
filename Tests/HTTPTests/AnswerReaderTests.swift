import Testing

@testable import HTTP

/// Answers in pieces of any size, without sockets.
struct AnswerReaderTests {
    private func read(
        _ text: String, piece: Int, toHEAD: Bool = false, ending: Bool = false
    ) throws -> (answer: Client.Answer?, keepsAlive: Bool) {
        var reader = AnswerReader(toHEAD: toHEAD, longest: 10_000)
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            try reader.receive(Array(rest.prefix(piece)))
            rest = rest.dropFirst(piece)
        }
        if ending { try reader.connectionEnded() }
        return (reader.answer, reader.keepsAlive)
    }

    @Test(arguments: [1, 2, 3, 7, 1000])
    func `puts an answer together from pieces of any size`(piece: Int) throws {
        let counted = try read("HTTP/1.1 201 Created\r\nX: a: b \r\nContent-Length: 5\r\n\r\nhello", piece: piece)
        #expect(counted.answer?.status == 201)
        #expect(counted.answer?.headers["x"] == "a: b ")
        #expect(counted.answer?.text == "hello")
        #expect(counted.keepsAlive)
        let chunked = try read(
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                + "5;x=y\r\nhello\r\nA\r\n0123456789\r\n0\r\nTrailer: t\r\n\r\n", piece: piece)
        #expect(chunked.answer?.text == "hello0123456789")
        #expect(chunked.answer?.headers["Transfer-Encoding"] == "chunked")
        let untilEnd = try read("HTTP/1.0 200 OK\r\n\r\nhel\nlo", piece: piece, ending: true)
        #expect(untilEnd.answer?.text == "hel\nlo")
        #expect(!untilEnd.keepsAlive)
        let bodiless = try read(
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: Close\r\n\r\n", piece: piece, toHEAD: true)
        #expect(bodiless.answer?.body == [])
        #expect(!bodiless.keepsAlive)
    }

    @Test(arguments: [
        "SSH-2.0-x\r\n", "HTTP/1.1 abc\r\n", "HTTP/1.1 200 OK\r\nno colon\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n",
        "HTTP/1.1 200 OK\r\nX: " + String(repeating: "x", count: 10_000),
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n", "\r\n",
    ])
    func `refuses what is no answer, or too long a one`(text: String) {
        #expect { try read(text, piece: 100) } throws: { ($0 as? HTTPError)?.code == .malformed }
    }

    @Test(arguments: ["", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell"])
    func `an end in the middle is an error`(text: String) {
        #expect { try read(text, piece: 100, ending: true) } throws: { ($0 as? HTTPError)?.code == .closed }
    }

    @Test func `a connection with more than was asked for is not used again`() throws {
        let two = try read("HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n", piece: 1000)
        #expect(two.answer?.status == 204)
        #expect(!two.keepsAlive)
    }
}
