import Kafka
import Postgres
import Testing

@testable import Jiesu

/// What `jiesu organisation add` prints for a district.
@Suite struct DistrictSettingsTests {
    private func lines(
        form: String? = nil, url: String = "postgresql://admin:geheim@db.city.example:5433/jiesu", tls: Bool = true
    )
        throws -> [String]
    {
        let files = KafkaSettings.TLS(authority: "/root/ca.crt", certificate: "/root/admin.crt", key: "/root/admin.key")
        let settings = DistrictSettings(
            code: "city-urban", database: try ConnectionSettings(url: url),
            kafka: KafkaSettings(brokers: "kafka-1:9093,kafka-2:9093", tls: tls ? files : nil),
            principals: try form.map { try Rights.Principals($0) } ?? Rights.Principals())
        return settings.text.split(separator: "\n").map(String.init)
    }

    @Test func `the settings are whole but for the password, and hold nothing of the city's own`() throws {
        let lines = try lines()
        #expect(
            lines.filter { !$0.hasPrefix("#") } == [
                "JIESU_ORG=city-urban",
                "JIESU_DATABASE_URL=postgresql://jiesu_desk_city-urban:PASSWORD@db.city.example:5433/jiesu?sslmode=verify-full",
                "JIESU_KAFKA_BROKERS=kafka-1:9093,kafka-2:9093", "JIESU_KAFKA_CA=/etc/jiesu/ca.pem",
                "JIESU_KAFKA_CERT=/etc/jiesu/desk.pem", "JIESU_KAFKA_KEY=/etc/jiesu/desk.key",
            ])
        #expect(!lines.contains { $0.contains("geheim") || $0.contains("admin") || $0.contains("/root") })
        #expect(lines.contains { $0.contains("-subj '/CN=city-urban' ") })
        #expect(lines.contains { $0.contains("calls it User:city-urban.") })
        #expect(lines.contains { $0.contains("groups that begin with jiesu.inbox.city-urban.") })
    }

    @Test func `a longer subject is told as OpenSSL wants it`() throws {
        let lines = try lines(form: "User:CN={org},OU=接诉,O=City")
        #expect(lines.contains { $0.contains("-subj '/O=City/OU=接诉/CN=city-urban' ") })
        #expect(lines.contains { $0.contains("with the subject CN=city-urban,OU=接诉,O=City and no other") })
    }

    @Test(arguments: [
        ("postgresql:///jiesu?host=/var/run/postgresql", "HOST/jiesu"), ("dbname=complaints", "HOST/complaints"),
        ("postgresql://db-1:5432,db-2:5433/jiesu", "db-1:5432,db-2:5433/jiesu"),
        ("postgresql://db-1/jiesu?target_session_attrs=read-write&sslmode=require", "db-1/jiesu"),
        ("host=db-1,db-2 port=5432 dbname=jiesu", "db-1:5432,db-2:5432/jiesu"),
    ])
    func `the database is where the city's own settings say`(url: String, place: String) throws {
        let wanted = "JIESU_DATABASE_URL=postgresql://jiesu_desk_city-urban:PASSWORD@\(place)?sslmode=verify-full"
        let more = url.contains("read-write") ? "&target_session_attrs=read-write" : ""
        #expect(try lines(url: url).contains(wanted + more))
    }

    @Test func `brokers that ask for no certificate bring no settings of one`() throws {
        let lines = try lines(tls: false)
        #expect(!lines.contains { $0.hasPrefix("JIESU_KAFKA_C") || $0.hasPrefix("JIESU_KAFKA_KEY") })
        #expect(lines.contains { $0.contains("These brokers ask nobody for a certificate") })
    }
}
