import TextMatching

/// What somebody may have meant who wrote an unknown word.
package enum Suggestion {
    /// `; did you mean "letter"?`, or nothing if no known word is near.
    package static func text(for word: String, among known: [String]) -> String {
        Spelling.nearest(to: word, among: known).map { "; did you mean \($0.quoted)?" } ?? ""
    }
}
