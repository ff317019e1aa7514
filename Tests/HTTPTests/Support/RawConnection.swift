import Foundation
import Testing

@testable import HTTP
import Lifecycle

/// A connection on which a test sends any bytes that it likes.
actor RawConnection {
    private nonisolated let executor = BlockingExecutor(label: "raw-connection")
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    private let port: Int
    private var socket: ClientSocket?
    /// By `read`.
    private var unread: [UInt8] = []
    private let deadline = ContinuousClock.now + .seconds(30)

    init(port: Int) { self.port = port }

    /// Connects if that has not happened, and sends.
    func send(_ bytes: [UInt8]) throws {
        try connected().send(bytes, deadline: deadline)
    }

    func send(_ text: String) throws { try send(Array(text.utf8)) }

    func connect() throws { _ = try connected() }

    /// The next answer.
    func answer() throws -> Client.Answer {
        var reader = AnswerReader(longest: 1 << 20)
        while true {
            if let answer = reader.answer { return answer }
            try connected().receive(into: &reader, deadline: deadline)
        }
    }

    /// What comes, up to and with the first `text`.
    /// - Throws: `.closed` if the server ends the connection before.
    func read(until text: String) throws -> String {
        while true {
            if let range = String(decoding: unread, as: UTF8.self).range(of: text) {
                let all = String(decoding: unread, as: UTF8.self)
                unread = Array(all[range.upperBound...].utf8)
                return String(all[..<range.upperBound])
            }
            let piece = try connected().receive(deadline: deadline)
            guard !piece.isEmpty else { throw HTTPError(.closed, "before \(text)") }
            unread += piece
        }
    }

    /// All that comes until the server ends the connection. A reset is an end, too.
    func everything() throws -> String {
        // Anything is the body of an answer that ends with the connection.
        var reader = AnswerReader(longest: 1 << 20)
        try reader.receive(Array("HTTP/1.1 200 OK\r\n\r\n".utf8))
        while reader.answer == nil {
            do {
                try connected().receive(into: &reader, deadline: deadline)
            } catch {
                guard error.code == .closed else { throw error }
                try reader.connectionEnded()
            }
        }
        return reader.answer?.text ?? ""
    }

    func close() { socket = nil }

    private func connected() throws(HTTPError) -> ClientSocket {
        if let socket { return socket }
        let new = try ClientSocket("127.0.0.1", UInt16(port), deadline: deadline)
        socket = new
        return new
    }
}
