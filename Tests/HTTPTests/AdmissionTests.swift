import Testing

@testable import HTTP

/// Who may come in, and what a head announces, without sockets.
struct AdmissionTests {
    private func admission(_ change: (inout Limits) -> Void = { _ in }) -> Admission {
        var limits = Limits()
        change(&limits)
        return Admission(limits)
    }

    @Test func `handlers are bounded, and a place becomes free when one ends`() {
        var admission = admission { $0.requestsInWork = 2 }
        #expect(admission.workStarted() == nil)
        #expect(admission.workStarted() == nil)
        #expect(admission.workStarted()?.code == "busy")
        admission.workEnded()
        #expect(admission.workStarted() == nil)
    }

    @Test func `streams are bounded, and none begins once the server is being stopped`() {
        var admission = admission { $0.streams = 1 }
        #expect(admission.streamStarted() == nil)
        #expect(admission.streamStarted()?.code == "too-many-streams")
        admission.streamEnded()
        _ = admission.drain()
        #expect(admission.streamStarted()?.code == "stopping")
    }

    @Test func `bodies together are bounded, and are given back when a request ends`() {
        var admission = admission { $0.bodiesInMemory = 100 }
        admission.requestOpened()
        let held = [admission.hold(60), admission.hold(41), admission.hold(40), admission.hold(1)]
        #expect(held == [true, false, true, false])
        _ = admission.requestEnded(bytes: 100)
        let again = admission.hold(100)
        #expect(again)
    }

    @Test func `a drain is over when the last open request ends`() {
        var admission = admission()
        admission.requestOpened()
        admission.requestOpened()
        #expect(admission.drain() == false)
        #expect(admission.workStarted() == nil, "what is open may still go on")
        #expect(admission.requestEnded(bytes: 0) == false)
        #expect(admission.requestEnded(bytes: 0) == true)
        admission.close()
        #expect(admission.workStarted()?.code == "stopping")
    }

    @Test func `without a drain nothing is over, and a drain of nothing is over at once`() {
        var admission = admission()
        admission.requestOpened()
        #expect(admission.requestEnded(bytes: 0) == false)
        #expect(admission.drain() == true)
    }

    @Test(
        arguments: [
            ([], "take nil"), ([("Content-Length", "5")], "take 5"), ([("Transfer-Encoding", "Chunked")], "take nil"),
            ([("Content-Length", "1048577")], "swallow 413"), ([("Content-Length", "99999999")], "close 413"),
            ([("Content-Length", "1048577"), ("Expect", "100-continue")], "close 413"),
            ([("Content-Length", "5"), ("Content-Length", "5")], "close 400"),
            ([("Content-Length", "5"), ("Transfer-Encoding", "chunked")], "close 400"),
            ([("Transfer-Encoding", "gzip, chunked")], "close 400"),
            ([("X", String(repeating: "x", count: 16 << 10))], "close 431"),
        ] as [([(String, String)], String)])
    func `judges a request by its head`(fields: [(String, String)], decision: String) {
        var headers = Headers()
        for (name, value) in fields { headers.append(value, for: name) }
        let text =
            switch RequestHead(headers: headers).admit(Limits(), targetIsWhole: true) {
            case .take(let size): "take \(size.map(String.init) ?? "nil")"
            case .swallow(let problem): "swallow \(problem.status)"
            case .close(let problem): "close \(problem.status)"
            }
        #expect(text == decision)
    }
}
