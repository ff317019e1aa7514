/// A piece of a text that is read by itself: words near each other are near within one passage only.
package struct Passage: Sendable {
    package var text: String
    /// How often each occurrence in it counts: a title says in ten characters what the text says in two hundred.
    package var times: Int

    package init(_ text: String, times: Int = 1) {
        self.text = text
        self.times = times
    }
}
