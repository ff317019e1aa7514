import Casework
import Kafka
import Lifecycle
import Policies
import Postgres
import Telemetry

/// Who may use the suite's topics, on a cluster that has an authorizer.
///
/// A district's certificate may read its own inbox and the daily digests, which are meant for everybody, in consumer groups of its own, and
/// nothing else: what the access list does not allow is refused. Such groups begin with the topic's name and a full stop, which no code holds; `jiesu.inbox.city` alone would also be the
/// beginning of `jiesu.inbox.city-urban`.
struct Rights {
    /// How the cluster calls the certificate of an organisation.
    struct Principals: Equatable {
        private static let place = "{org}"
        /// With `{org}` for the code.
        let form: String

        /// - Throws: `Arguments.Mistake` for one that would be the same for all.
        init(_ form: String = "User:\(place)") throws(Arguments.Mistake) {
            try Self.check(form, option: "--principal")
            guard form.contains(Self.place) else {
                throw Arguments.Mistake(message: "--principal wants {org} where the code stands, as in User:CN={org}")
            }
            self.form = form
        }

        init(_ arguments: Arguments) throws(Arguments.Mistake) {
            if let form = arguments.text("principal") { try self.init(form) } else { try self.init() }
        }

        func principal(of organisation: String) -> String { form.replacing(Self.place, with: organisation) }

        /// Refuses what no cluster calls anybody, and `User:*`, which is everybody.
        static func check(_ principal: String, option: String) throws(Arguments.Mistake) {
            guard principal.contains(/^[A-Za-z]+:[^*]+$/), principal.isLine(most: 500) else {
                throw Arguments.Mistake(message: "\(option) wants a principal such as User:jiesu, not \"\(principal)\"")
            }
        }
    }

    static let option = Arguments.Option.value("principal")

    /// Those who may do something, in order.
    let holders: [Holder]
    /// Those who may not any more.
    let ended: [Holder]

    /// Somebody, and all that they may do.
    struct Holder: Equatable {
        let principal: String
        /// In words.
        let may: String
        let rules: [AccessRule]

        static func organisation(_ code: String, _ principals: Principals) -> Holder {
            let topic = Destination.inbox(code).topic
            let principal = principals.principal(of: code)
            let digests = Destination.digests.topic
            return Holder(
                principal: principal, may: "reads \(topic) and \(digests)",
                rules: [
                    AccessRule(principal, may: .read, .topic, topic),
                    AccessRule(principal, may: .read, .topic, digests),
                    AccessRule(principal, may: .read, .group, topic + ".", isPrefix: true),
                ])
        }

        /// A central service: they read with groups of their own, and routing's relay writes.
        static func service(_ principal: String) -> Holder {
            Holder(
                principal: principal, may: "reads and writes \(suite)*",
                rules: [
                    AccessRule(principal, may: .read, .topic, suite, isPrefix: true),
                    AccessRule(principal, may: .write, .topic, suite, isPrefix: true),
                    AccessRule(principal, may: .read, .group, "jiesu-", isPrefix: true),
                ])
        }
    }

    /// What the names of all topics begin with.
    private static let suite = "jiesu."

    static func wanted(by pool: Pool, _ principals: Principals, services: [String]) async throws -> Rights {
        let rows = try await pool.withConnection { connection in
            try await connection.query(
                "SELECT code, disabled_at IS NULL FROM jiesu.organisation WHERE inbox ORDER BY code")
        }
        let all = try rows.map { row in
            (works: try row.get(1, as: Bool.self), holder: Holder.organisation(try row.get(0), principals))
        }
        return Rights(
            holders: services.map(Holder.service) + all.filter(\.works).map(\.holder),
            ended: all.filter { !$0.works }.map(\.holder))
    }

    /// Of one organisation alone.
    static func wanted(by organisation: String, _ principals: Principals) -> Rights {
        Rights(holders: [.organisation(organisation, principals)], ended: [])
    }

    /// What to do with an access list, and what to say of it.
    struct Plan: Equatable {
        var new: [AccessRule] = []
        var old: [AccessRule] = []
        /// One for each holder.
        var lines: [String] = []
        /// What others may do with the suite's topics, beside denials.
        var others: [String] = []
    }

    /// Pure.
    func plan(_ existing: Set<AccessRule>) -> Plan {
        var plan = Plan()
        for holder in holders {
            let missing = holder.rules.filter { !existing.contains($0) }
            plan.new += missing
            let outcome = missing.isEmpty ? "there" : missing.count < holder.rules.count ? "completed" : "made"
            plan.lines.append("\(holder.principal)\t\(holder.may)\t\(outcome)")
        }
        for holder in ended {
            let left = holder.rules.filter(existing.contains)
            plan.old += left
            if !left.isEmpty { plan.lines.append("\(holder.principal)\t\(holder.may)\ttaken back") }
        }
        let known = Set((holders + ended).flatMap(\.rules))
        let others = existing.filter { !$0.isDenial && Self.isAboutUs($0) && !known.contains($0) }
        plan.others = others.map { "\($0.principal)\t\($0.words)\tother" }.sorted()
        return plan
    }

    static let noAuthorizer =
        "rights\tnone\tthe cluster has no authorizer: whoever reaches it may read and write every topic"

    /// Makes what is missing and takes back what has ended.
    /// - Returns: what was done; `nil` if the cluster has no authorizer.
    func put(at settings: KafkaSettings, log: Logger) async throws -> Plan? {
        let admin = try Admin(settings, log: log)
        do {
            let plan = plan(Set(try await admin.accessRules()))
            try await admin.add(plan.new)
            try await admin.remove(plan.old)
            try await Self.waitUntilKnown(plan, to: admin)
            return plan
        } catch let failure as CommandFailure {
            throw failure
        } catch let error as KafkaError where error.isWithoutAuthorizer {
            return nil
        } catch {
            throw CommandFailure(
                "the topics are there, but not who may use them: \(error)",
                hint: "run it again, with a certificate that may change the cluster's access list")
        }
    }

    /// A broker goes by a new list when it comes to it, which after many new topics takes seconds: whoever comes before is refused.
    private static func waitUntilKnown(_ plan: Plan, to admin: Admin) async throws {
        guard !plan.new.isEmpty || !plan.old.isEmpty else { return }
        let deadline = ContinuousClock.now + .seconds(30)
        while true {
            let list = Set(try await admin.accessRules())
            if list.isSuperset(of: plan.new), list.isDisjoint(with: plan.old) { return }
            guard ContinuousClock.now < deadline else {
                throw CommandFailure(
                    "the cluster has taken the rules, but a broker does not go by them yet",
                    hint: "run it again in a while: it then says `there`")
            }
            await sleep(for: .milliseconds(200))
        }
    }

    /// Whether it allows something with a topic of the suite.
    private static func isAboutUs(_ rule: AccessRule) -> Bool {
        guard rule.resource == .topic else { return false }
        if rule.isPrefix { return rule.name.hasPrefix(suite) || suite.hasPrefix(rule.name) }
        return rule.name.hasPrefix(suite) || rule.name == "*"
    }
}

extension AccessRule {
    fileprivate var words: String {
        let what = [.read: "reads", .write: "writes"][operation] ?? "may (operation \(operation.rawValue)) use"
        return "\(what) \(name)\(isPrefix ? "*" : "")\(host == "*" ? "" : " from \(host)")"
    }
}
