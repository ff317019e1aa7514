/// What `--help` says about one setting.
struct Setting: Sendable {
    enum Presence: Sendable {
        case required, optional
        case defaults(to: String)
    }

    let name: String
    let help: String

    init<Value>(name: String, about: String, format: Format<Value>, presence: Presence) {
        self.name = name
        let presence =
            switch presence {
            case .required: "required"
            case .optional: "optional"
            case .defaults(let text): "default \(text)"
            }
        let secret = format.isSecret ? ", secret" : ""
        help = "\(name)  (\(presence)\(secret))\n    \(about)\n    \(format.expectation), such as \(format.example)\n"
    }
}
