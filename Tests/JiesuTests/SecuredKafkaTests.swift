import Foundation
import Kafka
import Postgres
import Support
import Synchronization
import Telemetry
import Testing

@testable import Jiesu

/// A cluster that asks for certificates and has an access list, from the first `jiesu topics` on.
@Suite struct SecuredKafkaTests {
    /// Database logins belong to the whole server: the organisations have names of their own.
    private let one = "one-\(UInt32.random(in: 0 ... .max))"
    private let two = "two-\(UInt32.random(in: 0 ... .max))"

    @Test(.enabled(if: TestKafka.isThere, "JIESU_KAFKA_HOME names no Kafka"), .timeLimit(.minutes(5)))
    func `a district reads its own inbox and nothing else, and a certificate that is not good says why`() async throws {
        let kafka = try await TestKafka(users: ["admin", "services", one, two])
        let city = try await City()
        let admin = kafka.environment(as: "admin")
        try await whatTheCityDoes(city, kafka, admin)
        try await whatADistrictMay(kafka)
        try await whatTheServicesMay(kafka)
        try await theDesk(city, kafka)
        try await badCertificates(city, kafka)
        try await theEnd(city, kafka, admin)
        try await kafka.stop()
    }

    private func run(_ city: City, _ environment: [String: String], _ arguments: String...) async throws
        -> BuiltProgram.Output
    {
        try await BuiltProgram.jiesu(
            arguments + ["--data", city.folder.url.path], environment: environment, in: city.folder.url)
    }

    /// One organisation is there when the topics are made, the other is added afterwards.
    private func whatTheCityDoes(_ city: City, _ kafka: TestKafka, _ admin: [String: String]) async throws {
        _ = try await run(city, [:], "organisation", "add", one, "--title", "甲\(one)", "--level", "district")
        let topics = try await run(city, admin, "topics", "--services", "User:services")
        #expect(topics.status == 0, "\(topics)")
        let count = try await city.number("SELECT count(*) FROM jiesu.organisation WHERE inbox")
        #expect(topics.lines.count { $0.hasPrefix("User:") } == count + 1)
        #expect(topics.lines.contains("User:services\treads and writes jiesu.*\tmade"))
        #expect(topics.lines.contains("User:\(one)\treads jiesu.inbox.\(one) and jiesu.digests\tmade"))
        let again = try await run(city, admin, "topics", "--services", "User:services")
        #expect(again.status == 0 && again.lines.allSatisfy { $0.hasSuffix("\tthere") }, "\(again)")

        let added = try await run(city, admin, "organisation", "add", two, "--title", "乙\(two)", "--level", "district")
        #expect(added.status == 0, "\(added)")
        #expect(added.lines.contains("topic\tjiesu.inbox.\(two)\tmade"))
        #expect(added.lines.contains("rights\tUser:\(two)\treads jiesu.inbox.\(two) and jiesu.digests\tmade"))
        for line in [
            "JIESU_ORG=\(two)", "JIESU_DATABASE_URL=postgresql://jiesu_desk_\(two):PASSWORD@HOST/",
            "JIESU_KAFKA_BROKERS=\(kafka.brokers)", "JIESU_KAFKA_CERT=/etc/jiesu/desk.pem",
        ] { #expect(added.lines.contains { $0.hasPrefix(line) }, "\(line) in \(added)") }
        #expect(added.out.contains("-subj '/CN=\(two)'"), "\(added)")
        let repeated = try await run(city, admin, "organisation", "add", two)
        #expect(repeated.lines.last == "nothing changed", "\(repeated)")
    }

    private func whatADistrictMay(_ kafka: TestKafka) async throws {
        let inbox = "jiesu.inbox.\(one)"
        let services = try Producer(kafka.settings(as: "services"), log: .silent)
        #expect(await services.send([OutgoingMessage(topic: inbox, key: [1], value: [2])]) == [nil])
        #expect(try await read(inbox, kafka.settings(as: one)) == [[2]])
        for other in ["jiesu.inbox.\(two)", "jiesu.cases", "jiesu.escalations"] {
            let error = await #expect(throws: KafkaError.self) { try await read(other, kafka.settings(as: one)) }
            #expect(error?.code == "TOPIC_AUTHORIZATION_FAILED", "\(other)")
        }
        #expect(
            try await Admin(kafka.settings(as: one), log: .silent).topics().keys.sorted() == ["jiesu.digests", inbox])
        // By a reader whose group is no group that it has a right to, and which it does not join.
        #expect(await services.send([OutgoingMessage(topic: "jiesu.digests", key: [1], value: [5])]) == [nil])
        #expect(try await read("jiesu.digests", kafka.settings(as: one)) == [[5]])

        let writer = try Producer(kafka.settings(as: one), log: .silent)
        for topic in [inbox, "jiesu.inbox.\(two)", "jiesu.cases"] {
            let error = await writer.send([OutgoingMessage(topic: topic, key: [1], value: [3])])[0]
            // Who may write nowhere is not even given the number that an idempotent producer asks for.
            #expect(error?.code == "CLUSTER_AUTHORIZATION_FAILED", "\(topic)")
            #expect(error?.isRetriable == false)
        }
        #expect(try await read(inbox, kafka.settings(as: one)) == [[2]], "nothing was written")

        // Software of its own joins groups: its own, not another's.
        for (group, code) in [
            ("\(inbox).books", nil), ("jiesu.inbox.\(two).books", "GROUP_AUTHORIZATION_FAILED"),
            ("jiesu-routing", "GROUP_AUTHORIZATION_FAILED"),
        ] {
            let error = try await consume(inbox, group: group, kafka.settings(as: one), count: 1)
            #expect(error?.code == code, "\(group)")
        }
    }

    private func whatTheServicesMay(_ kafka: TestKafka) async throws {
        let settings = kafka.settings(as: "services")
        let services = try Producer(settings, log: .silent)
        let sent = await services.send(
            ["jiesu.cases", "jiesu.escalations"].map { OutgoingMessage(topic: $0, key: [1], value: [4]) })
        #expect(sent == [nil, nil])
        #expect(try await consume("jiesu.cases", group: "jiesu-routing", settings, count: 1) == nil)
        let list = try Admin(settings, log: .silent)
        let rule = AccessRule("User:services", may: .write, .topic, "others")
        let refused = await #expect(throws: KafkaError.self) { try await list.add([rule]) }
        #expect(refused?.code == "CLUSTER_AUTHORIZATION_FAILED")
    }

    /// The executable, with its district's certificate and database login alone.
    private func theDesk(_ city: City, _ kafka: TestKafka) async throws {
        func starts(_ organisation: String, certificate: String, logs wanted: String) async throws {
            let texts = try TemporaryFolder()
            let reserved = try ReservedPort()
            var environment = kafka.environment(as: certificate)
            environment["JIESU_DATABASE_URL"] = TestDatabase.url(city.database.url, as: "jiesu_desk_\(two)")
            environment["JIESU_ORG"] = organisation
            environment["JIESU_LISTEN"] = "127.0.0.1:\(reserved.number)"
            let desk = try BackgroundProgram(
                BuiltProgram.folder.appending(path: "jiesu-desk"), [],
                environment: BuiltProgram.environment(environment),
                output: texts.url.appending(path: "out"), errors: texts.url.appending(path: "err"))
            defer { desk.signal(SIGKILL) }
            do {
                try await eventually("the desk logs \(wanted)") {
                    if let status = desk.status { throw NotInTime("the desk ended with \(status)") }
                    return try texts.text("err").contains(wanted)
                }
            } catch {
                print(try texts.text("err"))
                throw error
            }
            if organisation == two, certificate == two {
                #expect(try !texts.text("err").contains("AUTHORIZATION_FAILED"))
            }
        }
        try await starts(two, certificate: two, logs: "\"message\":\"inbox is listened to\"")
        try await starts(two, certificate: one, logs: "TOPIC_AUTHORIZATION_FAILED")
        try await starts(one, certificate: two, logs: "JIESU_ORG names another")
    }

    private func badCertificates(_ city: City, _ kafka: TestKafka) async throws {
        try await makeBadCertificates(kafka)
        let inbox = "jiesu.inbox.\(one)"
        for (user, words) in [
            ("expired", "refuses our certificate, which expired on 2024-01-02 (\(kafka.folder.path)/tls/expired.crt)"),
            ("foreign", "refuses our certificate (\(kafka.folder.path)/tls/foreign.crt): no authority"),
        ] {
            for command in [["topics"], ["tail", inbox]] {
                let outcome = try await BuiltProgram.jiesu(
                    command + ["--data", city.folder.url.path], environment: kafka.environment(as: user))
                #expect(outcome.status == 1)
                #expect(outcome.err.contains(words), "\(user): \(outcome)")
                #expect(outcome.err.contains(kafka.brokers), "\(user): \(outcome)")
            }
            // A service stays and says so in its log.
            let lines = Mutex<[String]>([])
            let log = Logger(service: "test", level: .info) { line in lines.withLock { $0.append(line) } }
            let producer = try Producer(kafka.settings(as: user), log: log)
            try await eventually("it is logged") {
                lines.withLock {
                    $0.contains { $0.contains("no connection to Kafka") && $0.contains("refuses our certificate") }
                }
            }
            producer.abandon()
        }
        // The brokers' own certificate is another authority's.
        var settings = kafka.environment(as: "admin")
        settings["JIESU_KAFKA_CA"] = kafka.folder.appending(path: "tls/foreign-ca.crt").path
        let distrusted = try await run(city, settings, "topics")
        #expect(distrusted.status == 1 && distrusted.err.contains("cannot be verified"), "\(distrusted)")
        let without = try await run(city, ["JIESU_KAFKA_BROKERS": kafka.brokers], "topics")
        #expect(without.status == 1 && without.err.contains("if it wants TLS"), "\(without)")
    }

    /// One of the cluster's authority whose time is over, and one of another authority.
    private func makeBadCertificates(_ kafka: TestKafka) async throws {
        let script = """
            set -e
            cd "$1"
            key() { openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$2" -keyout $1.key -out $1.csr; }
            printf '%s\\n' '[ca]' 'default_ca=c' '[c]' 'database=index' 'rand_serial=yes' 'new_certs_dir=.' 'certificate=ca.crt' \\
                'private_key=ca.key' 'default_md=sha256' 'policy=p' '[p]' 'commonName=supplied' > ca.conf
            : > index
            key expired '\(one)'
            openssl ca -batch -notext -config ca.conf -in expired.csr -out expired.crt \\
                -startdate 20240101000000Z -enddate 20240102000000Z
            openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj '/CN=another authority' \\
                -keyout foreign-ca.key -out foreign-ca.crt
            key foreign '\(one)'
            openssl x509 -req -in foreign.csr -CA foreign-ca.crt -CAkey foreign-ca.key -CAcreateserial -days 30 -out foreign.crt
            """
        let made = try await BuiltProgram.run(
            "bash", ["-c", script, "bash", kafka.folder.appending(path: "tls").path], environment: [:])
        try #require(made.status == 0, "\(made)")
    }

    private func theEnd(_ city: City, _ kafka: TestKafka, _ admin: [String: String]) async throws {
        let disabled = try await run(city, admin, "organisation", "disable", one)
        #expect(disabled.status == 0, "\(disabled)")
        let topics = try await run(city, admin, "topics")
        #expect(
            topics.lines.contains("User:\(one)\treads jiesu.inbox.\(one) and jiesu.digests\ttaken back"), "\(topics)")
        #expect(topics.lines.contains("User:services\twrites jiesu.*\tother"), "nobody said that it is ours: \(topics)")
        try await eventually("what was taken back is refused") {
            do {
                _ = try await read("jiesu.inbox.\(one)", kafka.settings(as: one))
                return false
            } catch let error as KafkaError where error.code == "TOPIC_AUTHORIZATION_FAILED" {
                return true
            }
        }
        let again = try await run(city, admin, "topics")
        #expect(!again.out.contains("User:\(one)\t"), "\(again)")
    }

    /// All values of a topic.
    private func read(_ topic: String, _ settings: KafkaSettings) async throws -> [[UInt8]] {
        let reader = try Reader(settings, topic: topic, from: .beginning, log: .silent)
        var values: [[UInt8]] = []
        do {
            while await !reader.atEnd {
                values += try await reader.next(max: 10, within: .seconds(5)).compactMap(\.value)
            }
        } catch {
            await reader.close()
            throw error
        }
        await reader.close()
        return values
    }

    /// As a member of a group, until so many messages came.
    /// - Returns: why it may not; `nil`: it could.
    private func consume(
        _ topic: String, group: String, _ settings: KafkaSettings, count: Int
    ) async throws -> KafkaError? {
        let consumer = try Consumer(settings, group: group, topics: [topic], log: .silent)
        var seen = 0
        var refusal: KafkaError?
        try await eventually("\(group) reads \(topic), or is refused") {
            do throws(KafkaError) {
                let batch = try await consumer.next(max: 10, within: .milliseconds(500))
                try await consumer.commit(batch)
                seen += batch.messages.count
            } catch {
                refusal = error
            }
            return refusal != nil || seen >= count
        }
        await consumer.close()
        return refusal
    }
}
