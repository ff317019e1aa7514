// swift-tools-version: 6.2
import PackageDescription

// One package, no outside Swift packages. The list of `dependencies:` below is the architecture: who may import whom.

let strict: [SwiftSetting] = [.treatAllWarnings(as: .error)]

func shared(_ name: String, _ dependencies: [Target.Dependency] = [], resources: [Resource]? = nil) -> Target {
    .target(
        name: name, dependencies: dependencies, path: "Shared/\(name)", exclude: ["README.md"], resources: resources,
        swiftSettings: strict)
}

func service(_ name: String, resources: [Resource]? = nil, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(
        name: name, dependencies: dependencies + ["Configuration", "Lifecycle", "Telemetry"], path: "Services/\(name)",
        exclude: ["README.md"], resources: resources, swiftSettings: strict)
}

func library(_ name: String, pkgConfig: String, package: String) -> Target {
    .systemLibrary(name: name, path: "Shared/\(name)", pkgConfig: pkgConfig, providers: [.apt([package])])
}

func tests(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
    .testTarget(
        name: name, dependencies: dependencies, path: "Tests/\(name)", exclude: exclude,
        // Beside optimised parts; what tests themselves do is not worth the time that optimising them takes.
        swiftSettings: strict + [.unsafeFlags(["-Onone"], .when(configuration: .release))])
}

let package = Package(
    name: "jiesu",
    products: [
        .executable(name: "jiesu", targets: ["Jiesu"]),
        .executable(name: "jiesu-intake", targets: ["Intake"]),
        .executable(name: "jiesu-classification", targets: ["Classification"]),
        .executable(name: "jiesu-routing", targets: ["Routing"]),
        .executable(name: "jiesu-deadlines", targets: ["Deadlines"]),
        .executable(name: "jiesu-desk", targets: ["Desk"]),
        .executable(name: "jiesu-callback", targets: ["Callback"]),
        .executable(name: "jiesu-reporting", targets: ["Reporting"]),
    ],
    targets: [
        library("CRdKafka", pkgConfig: "rdkafka", package: "librdkafka-dev"),
        library("CLibPQ", pkgConfig: "libpq", package: "libpq-dev"),
        library("CMicroHTTPD", pkgConfig: "libmicrohttpd", package: "libmicrohttpd-dev"),

        shared("WorkingTime"),
        shared("Attachments"),
        shared("JSON"),
        shared("Casework", ["JSON", "WorkingTime"]),
        shared("TextMatching"),
        shared(
            "Policies", ["Casework", "JSON", "TextMatching", "WorkingTime"],
            resources: [
                .copy("Profiles"), .copy("calendars"), .copy("organisations.json"), .copy("codes.json"),
                .copy("duties.json"), .copy("notices.json"), .copy("publication.json"), .copy("script.json"),
                .copy("profile.schema.json"),
            ]),
        shared("Classifying", ["Casework", "Policies", "TextMatching"]),
        shared("Telemetry"),
        shared("Lifecycle", ["Telemetry"]),
        shared("Configuration", ["Telemetry", "TextMatching"]),
        shared("Kafka", ["CRdKafka", "Lifecycle", "Telemetry"]),
        shared("Postgres", ["CLibPQ", "Lifecycle", "Telemetry"]),
        shared("HTTP", ["CMicroHTTPD", "Configuration", "JSON", "Telemetry", "TextMatching", "Lifecycle"]),
        shared(
            "Pages", ["HTTP"],
            resources: [.copy("style.css"), .copy("live.js"), .copy("photos.js"), .copy("suggestions.js")]),
        shared(
            "CaseStore",
            [
                "Casework", "JSON", "Policies", "Postgres", "Kafka", "Configuration", "Lifecycle", "Telemetry",
                "WorkingTime",
            ],
            resources: [.copy("Migrations")]),
        shared("AsyncAPI", ["CaseStore", "Casework", "JSON"], resources: [.copy("words.json")]),
        shared(
            "Access",
            ["Attachments", "Casework", "Lifecycle", "Policies", "Postgres", "HTTP", "JSON", "WorkingTime"],
            resources: [.copy("passwords.json")]),

        shared(
            "CaseAPI",
            [
                "Access", "Attachments", "CaseStore", "Casework", "HTTP", "JSON", "Lifecycle", "Policies", "Postgres",
                "WorkingTime",
            ]),

        shared(
            "WorkPages",
            [
                "Access", "Attachments", "CaseAPI", "CaseStore", "Casework", "HTTP", "JSON", "Pages", "Policies",
                "WorkingTime",
            ]),

        service(
            "Intake",
            [
                "Access", "Attachments", "Classifying", "WorkPages", "Casework", "CaseStore", "Pages", "Policies",
                "Postgres", "HTTP",
                "JSON", "WorkingTime",
            ]),
        service("Classification", ["Casework", "CaseStore", "Classifying", "Policies", "Postgres", "HTTP"]),
        service(
            "Routing",
            [
                "Access", "WorkPages", "Pages", "CaseAPI", "Casework", "CaseStore", "Policies", "Postgres", "HTTP",
                "JSON",
            ]),
        service(
            "Desk",
            [
                "Access", "WorkPages", "Pages", "CaseAPI", "CaseStore", "Casework", "Postgres", "Kafka", "HTTP", "JSON",
                "WorkingTime",
            ]),
        service(
            "Callback",
            [
                "Access", "WorkPages", "Pages", "CaseAPI", "CaseStore", "Casework", "Policies", "Postgres", "HTTP",
                "JSON",
                "WorkingTime",
            ]),
        service("Deadlines", ["Casework", "CaseStore", "Postgres", "Kafka", "HTTP"]),
        service(
            "Reporting",
            [
                "Access", "CaseAPI", "Pages", "WorkPages", "Casework", "CaseStore", "Policies", "Postgres", "HTTP",
                "JSON",
                "WorkingTime",
            ]),
        service(
            "Jiesu", resources: [.copy("Samples")],
            [
                "Access", "AsyncAPI", "Casework", "CaseStore", "Pages", "Policies", "Postgres", "Kafka", "HTTP", "JSON",
                "WorkingTime",
            ]),

        .target(
            name: "Support", dependencies: ["CaseStore", "HTTP", "JSON", "Policies", "Postgres", "Kafka", "Telemetry"],
            path: "Tests/Support",
            swiftSettings: strict),
        // Uses the built executables, all of which `swift test` builds.
        tests(
            "SystemTests",
            [
                "Jiesu", "CaseStore", "Casework", "HTTP", "JSON", "Kafka", "Lifecycle", "Policies", "Postgres",
                "Support",
                "WorkingTime",
            ],
            exclude: ["judge.py", "matrix.json", "reader.py"]),
        tests(
            "CaseAPITests",
            [
                "Desk", "Access", "Attachments", "CaseAPI", "CaseStore", "Casework", "HTTP", "JSON", "Kafka",
                "Lifecycle", "Pages",
                "Policies",
                "Postgres", "Support", "Telemetry", "WorkPages", "WorkingTime",
            ]),
        tests(
            "CallbackTests",
            [
                "Callback", "Access", "CaseAPI", "CaseStore", "Casework", "Configuration", "HTTP", "JSON", "Pages",
                "Policies", "Postgres",
                "Support", "Telemetry", "WorkPages", "WorkingTime",
            ]),
        tests("DeadlinesTests", ["Deadlines", "Kafka"]),
        tests(
            "ReportingTests",
            [
                "Reporting", "Access", "CaseAPI", "CaseStore", "Casework", "HTTP", "JSON", "Kafka", "Lifecycle",
                "Pages",
                "Policies",
                "Postgres", "Support", "Telemetry", "WorkPages", "WorkingTime",
            ]),
        tests("AsyncAPITests", ["AsyncAPI", "CaseStore", "Casework", "JSON", "Support"]),
        tests("WorkingTimeTests", ["WorkingTime", "Policies", "Support"]),
        tests("CaseworkTests", ["Casework", "WorkingTime", "Support"]),
        tests("AttachmentsTests", ["Attachments", "Support"]),
        tests("JSONTests", ["JSON"]),
        tests("PagesTests", ["Pages", "HTTP"]),
        tests("TextMatchingTests", ["TextMatching", "Support"]),
        tests("PoliciesTests", ["Policies", "Casework", "JSON", "TextMatching", "WorkingTime", "Support"]),
        tests("ProfileTests", ["Policies", "Casework", "WorkingTime", "Support"]),
        tests("TelemetryTests", ["Telemetry"]),
        tests("LifecycleTests", ["Lifecycle", "Telemetry", "Support"]),
        tests("ConfigurationTests", ["Configuration", "CaseStore", "Telemetry"]),
        tests(
            "ClassificationTests",
            [
                "Classification", "Classifying", "Jiesu", "CaseStore", "Casework", "Policies", "Postgres", "JSON",
                "Support",
                "WorkingTime",
            ]),
        tests("HTTPTests", ["HTTP", "Configuration", "JSON", "Lifecycle", "Support", "Telemetry"]),
        tests(
            "IntakeTests",
            [
                "Intake", "Access", "Attachments", "CaseStore", "Casework", "Pages", "Policies", "Postgres", "HTTP",
                "JSON",
                "WorkingTime",
                "Telemetry", "Support", "WorkPages",
            ]),
        tests(
            "JiesuTests",
            [
                "Jiesu", "Access", "CaseAPI", "Callback", "HTTP", "Intake", "Classification", "Routing", "CaseStore",
                "Casework", "Configuration", "Kafka", "Pages", "Policies", "Postgres", "JSON", "WorkingTime", "Support",
                "Telemetry", "WorkPages",
            ], exclude: ["Golden"]),
        tests("KafkaTests", ["Kafka", "Support", "Telemetry"]),
        tests(
            "AccessTests",
            [
                "Access", "CaseStore", "Casework", "Policies", "Postgres", "HTTP", "JSON", "Telemetry", "WorkingTime",
                "Support",
            ]),
        tests("PostgresTests", ["Postgres", "Support"]),
        tests(
            "CaseStoreTests",
            [
                "CaseStore", "Casework", "Policies", "Postgres", "Kafka", "Support", "Lifecycle", "Telemetry",
                "WorkingTime",
            ]),
    ],
    swiftLanguageModes: [.v6]
)
