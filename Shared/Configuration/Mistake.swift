/// One thing that is wrong with the settings.
package struct Mistake: Sendable, Equatable, CustomStringConvertible {
    package let variable: String
    /// What it is and what was expected; follows the variable's name in a sentence.
    package let problem: String

    package var description: String { "\(variable) \(problem)" }
}
