import Casework
import Kafka
import Postgres

/// What an organisation needs to run its desk beside the city, as a file of settings: whole but for what stands in capitals.
struct DistrictSettings {
    let code: String
    /// How the city itself reaches the database and Kafka.
    let database: ConnectionSettings
    let kafka: KafkaSettings
    let principals: Rights.Principals

    /// No secret stands in it: `PASSWORD` is the database login's, which was shown when that was made.
    var text: String {
        let topic = Destination.inbox(code).topic
        return """
            # Settings of the desk of \(code), as an env file. Put in what stands in capitals.
            JIESU_ORG=\(code)
            JIESU_DATABASE_URL=\(database.url(for: "jiesu_desk_\(code)"))
            JIESU_KAFKA_BROKERS=\(kafka.brokers)
            \(certificates)
            # Its topic is \(topic); software of its own reads it in groups that begin with \(topic).
            """
    }

    private var certificates: String {
        guard kafka.tls != nil else {
            return """
                # These brokers ask nobody for a certificate. Where others of the cluster do, name those, and set JIESU_KAFKA_CA,
                # JIESU_KAFKA_CERT and JIESU_KAFKA_KEY; the certificate's subject is \(subject.joined(separator: ",")).
                """
        }
        return """
            JIESU_KAFKA_CA=/etc/jiesu/ca.pem
            JIESU_KAFKA_CERT=/etc/jiesu/desk.pem
            JIESU_KAFKA_KEY=/etc/jiesu/desk.key
            # The key is born at the desk and never leaves it; desk.csr is what it sends to be signed:
            #   openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj '\(typedSubject)' -keyout desk.key -out desk.csr
            # The authority that the brokers trust signs it, for a client, with the subject \(subject.joined(separator: ",")) and no other;
            # the cluster then calls it \(principals.principal(of: code)). Back go desk.pem, and ca.pem: who signed those of the brokers.
            # A database that asks for a certificate takes the same: then without :PASSWORD, with sslcert and sslkey (ops/handbook/database.md).
            """
    }

    /// As the cluster reads it, the common name first.
    private var subject: [String] {
        let name = principals.principal(of: code).split(separator: ":", maxSplits: 1).last ?? ""
        return name.hasPrefix("CN=") ? name.split(separator: ",").map(String.init) : ["CN=\(code)"]
    }

    /// As OpenSSL wants it, the common name last.
    private var typedSubject: String { subject.reversed().map { "/" + $0 }.joined() }
}
