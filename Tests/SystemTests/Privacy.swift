import Foundation
import HTTP
import Kafka
import Postgres
import Support

extension SuiteUnderTest {
    /// Where one of these texts can be seen though it must not, also as an address would hold it: topics, logs, metrics, parked rows.
    func places(showing secrets: [String], wire: WireLog) async throws -> [String] {
        let escaped = secrets.map(\.percentEncoded)
        let needles = Set(secrets + escaped + escaped.map { $0.lowercased() }).map { Data($0.utf8) }
        func shows(_ data: Data) -> Bool { needles.contains { data.range(of: $0) != nil } }
        var places: [String] = []
        let logs = folder.appending(path: "log")
        for file in try FileManager.default.contentsOfDirectory(at: logs, includingPropertiesForKeys: nil)
            + [folder.appending(path: "postgres/server.log")]
        where shows(try Data(contentsOf: file)) { places.append(file.lastPathComponent) }
        for message in wire.messages {
            let parts =
                [message.key ?? [], message.value ?? []] + message.headers.flatMap { [Array($0.name.utf8), $0.value] }
            if parts.contains(where: { shows(Data($0)) }) { places.append("\(message.topic) at \(message.offset)") }
        }
        for part in try parts where part != "broker" {
            let answer = try await Client(port: try await port(of: part)).send("GET", "/metrics")
            if answer.status != 200 || shows(Data(answer.body)) { places.append("metrics of \(part)") }
        }
        for row in try await rows("SELECT parked::text, coalesce(message, ''::bytea) FROM jiesu.parked") {
            let (text, message): (String, [UInt8]) = (try row.get(0), try row.get(1))
            if shows(Data(text.utf8)) || shows(Data(message)) { places.append("parked") }
        }
        return places
    }
}

extension String {
    /// As an address or a form holds it.
    var percentEncoded: String {
        utf8.map { byte in
            let character = Character(Unicode.Scalar(byte))
            return character.isASCII && (character.isLetter || character.isNumber)
                ? String(character) : "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
        }.joined()
    }
}
