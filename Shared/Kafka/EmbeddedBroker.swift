internal import CRdKafka
import Foundation
import Synchronization
import Telemetry

/// librdkafka's own development broker, inside this process: a laptop's and a test's Kafka.
///
/// It listens on 127.0.0.1 on a port of its choice, keeps everything in memory (5 MiB or 100,000 batches a partition,
/// then the oldest goes), and a new one knows nothing of the last. Topics are made here only: a client that names an
/// unknown one gets it with four partitions. Joining a group takes three seconds.
package final class EmbeddedBroker: Sendable {
    /// `host:port` for `KafkaSettings.brokers`.
    package let bootstrap: String
    private let cluster: Mutex<Cluster?>

    /// Listens when it returns; topics are those given. Blocks for some milliseconds a topic.
    package init(topics: [(name: String, partitions: Int)] = [], log: Logger) throws(KafkaError) {
        let cluster = try Cluster(log)
        bootstrap = cluster.bootstrap
        self.cluster = Mutex(cluster)
        for topic in topics { try createTopic(topic.name, partitions: topic.partitions) }
    }

    /// Makes a topic; one that exists is left as it is. Blocks for some milliseconds. Throws when the broker is closed
    /// or refuses.
    package func createTopic(_ name: String, partitions: Int) throws(KafkaError) {
        let code = with { rd_kafka_mock_topic_create($0, name, Int32(clamping: partitions), 1) }
        // The broker's thread empties its wake-up pipe after it has served us: another request that comes in between
        // loses its wake-up and waits a second. Sixty topics took ten to thirty seconds.
        usleep(2_000)
        if code != RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS { try KafkaError.check(code) }
    }

    /// Ends it; everything in it is gone. Blocks until its thread has ended. May be called twice.
    package func close() {
        cluster.withLock { $0 = nil }
    }

    /// Lends the C side; `_DESTROY` after `close`.
    func with(_ body: (OpaquePointer) -> rd_kafka_resp_err_t) -> rd_kafka_resp_err_t {
        cluster.withLock { $0.map { body($0.pointer) } ?? RD_KAFKA_RESP_ERR__DESTROY }
    }

    /// Owns an `rd_kafka_mock_cluster_t`, and keeps the client that it is part of.
    ///
    /// `@unchecked Sendable`: the mock's functions hand their work to its own thread.
    private final class Cluster: @unchecked Sendable {
        let pointer: OpaquePointer
        private let client: Client

        init(_ log: Logger) throws(KafkaError) {
            client = try Client(RD_KAFKA_PRODUCER, Configuration(), Callbacks(log: log))
            guard let pointer = rd_kafka_mock_cluster_new(client.pointer, 1) else {
                throw KafkaError(RD_KAFKA_RESP_ERR__FAIL, "the embedded broker did not start")
            }
            self.pointer = pointer
            sendAtOnce()
        }

        deinit {
            rd_kafka_mock_cluster_destroy(pointer)
        }

        var bootstrap: String { String(cString: rd_kafka_mock_cluster_bootstraps(pointer)) }

        /// Switches Nagle's algorithm off, which the mock leaves on: it would hold back each answer but the first of a few for
        /// 40 ms, until the client acknowledges that one. librdkafka does not tell the socket, so it is looked for by its
        /// port; connections inherit the option from it.
        private func sendAtOnce() {
            guard let port = bootstrap.split(separator: ":").last.flatMap({ UInt16($0) }),
                let files = try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")
            else { return }
            for file in files.compactMap({ Int32($0) }) {
                var address = sockaddr_in()
                var size = socklen_t(MemoryLayout<sockaddr_in>.size)
                let isBound = withUnsafeMutablePointer(to: &address) { pointer in
                    pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(file, $0, &size) == 0 }
                }
                guard isBound, address.sin_family == sa_family_t(AF_INET), UInt16(bigEndian: address.sin_port) == port
                else { continue }
                var on: Int32 = 1
                setsockopt(file, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
            }
        }
    }
}
