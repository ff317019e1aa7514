/// All that is wrong with the settings, in the order in which they are read. Holds no secret.
package struct ConfigurationError: Error, Sendable, Equatable, CustomStringConvertible {
    package let mistakes: [Mistake]

    package var description: String {
        let count = mistakes.count == 1 ? "one setting is wrong" : "\(mistakes.count) settings are wrong"
        return ([count + ":"] + mistakes.map { "  \($0)" }).joined(separator: "\n")
    }
}
