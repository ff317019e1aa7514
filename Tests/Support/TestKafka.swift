import Foundation
import Kafka

/// A real Apache Kafka of one test's own, from `JIESU_KAFKA_HOME`: its nodes may be killed, and it may ask for certificates. It is
/// gone when the test's process ends, however it ends.
package final class TestKafka: Sendable {
    private static let home = ProcessInfo.processInfo.environment["JIESU_KAFKA_HOME"] ?? ""
    /// Whether there can be one.
    package static let isThere = !home.isEmpty

    /// Holds logs and data of the nodes, and the certificates in `tls`.
    package let folder: URL
    /// Of all nodes; they stay when a node is started again.
    package let brokers: String
    private let nodes: Int

    /// Returns when all nodes serve.
    /// - Parameter users: who gets a certificate, the first of whom may do everything; none: whoever comes may.
    package init(nodes: Int = 1, users: [String] = []) async throws {
        folder = URL(filePath: "/tmp/jiesu-test-kafka-\(getpid())-\(UInt32.random(in: 0 ... .max))")
        self.nodes = nodes
        // A node's command line names the folder.
        try Guardian.atExit(
            """
            for id in $(cat \(folder.path)/*/pid); do
                grep -qa \(folder.path) /proc/$id/cmdline && kill -KILL $id
            done
            rm -rf \(folder.path)
            """)
        let words = ["start", "--nodes", "\(nodes)"] + users.flatMap { ["--user", $0] }
        brokers = try await Self.run(words, folder)
    }

    /// How one of the users reaches it; `nil`: without a certificate.
    package func settings(as user: String? = nil) -> KafkaSettings {
        KafkaSettings(brokers: brokers, tls: user.map(certificate))
    }

    /// The same for the suite's programs.
    package func environment(as user: String) -> [String: String] {
        let tls = certificate(user)
        return [
            "JIESU_KAFKA_BROKERS": brokers, "JIESU_KAFKA_CA": tls.authority, "JIESU_KAFKA_CERT": tls.certificate,
            "JIESU_KAFKA_KEY": tls.key,
        ]
    }

    private func certificate(_ user: String) -> KafkaSettings.TLS {
        let file = { (name: String) in self.folder.appending(path: "tls/\(name)").path }
        return .init(authority: file("ca.crt"), certificate: file("\(user).crt"), key: file("\(user).key"))
    }

    /// Kills nodes, from 1 on, with SIGKILL; returns when they are dead.
    package func kill(_ nodes: ClosedRange<Int>) async throws {
        let ids = try nodes.map { node in
            let text = try String(contentsOf: folder.appending(path: "\(node)/pid"), encoding: .utf8)
            return Int32(text.trimmingCharacters(in: .whitespacesAndNewlines)) ?? 0
        }
        for id in ids where id > 0 { Foundation.kill(id, SIGKILL) }
        try await eventually("the nodes are dead", every: .milliseconds(10)) {
            // What nobody has waited for yet has no command line any more.
            ids.allSatisfy { (try? Data(contentsOf: URL(filePath: "/proc/\($0)/cmdline")))?.isEmpty ?? true }
        }
    }

    /// Starts the nodes that are down; returns when they serve.
    package func start() async throws { _ = try await Self.run(["start"], folder) }

    /// Returns when every partition has all its replicas in sync.
    package func waitUntilWhole() async throws {
        try await eventually("all replicas are in sync", within: .seconds(120), every: .milliseconds(500)) {
            try await Self.run(["behind"], folder).isEmpty
        }
    }

    /// Ends it, at once: nobody asks for what it holds any more.
    package func stop() async throws {
        try await kill(1...nodes)
        try FileManager.default.removeItem(at: folder)
    }

    private static func run(_ words: [String], _ folder: URL) async throws -> String {
        let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../ops/kafka")
        let output = try await BuiltProgram.run(
            script.standardizedFileURL.path, words + [folder.path], environment: ["JIESU_KAFKA_HOME": home])
        guard output.status == 0 else { throw NotInTime("ops/kafka \(words.joined(separator: " ")): \(output)") }
        return output.out.trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
