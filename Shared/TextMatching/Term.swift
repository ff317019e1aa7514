/// A word that speaks for something, and how much.
package struct Term: Sendable, Equatable {
    package var word: String
    /// Added to the score for each occurrence that counts. At least 0.
    package var weight: Double
    /// If not empty, an occurrence counts only with one of these near it.
    package var near: [String]
    /// An occurrence with one of these near it does not count.
    package var notNear: [String]
    /// How near: at most so many characters (Unicode scalars) between the two; words that overlap are near.
    package var within: Int

    package init(_ word: String, weight: Double = 1, near: [String] = [], notNear: [String] = [], within: Int = 10) {
        self.word = word
        self.weight = weight
        self.near = near
        self.notNear = notNear
        self.within = within
    }

    /// Whether an occurrence must be looked at together with what stands around it.
    package var hasContext: Bool { !near.isEmpty || !notNear.isEmpty }
}
