/// What is known of a complaint when it is classified: typed text and the fields beside it.
package struct Complaint: Sendable {
    package var title: String?
    package var text: String
    /// Address or description of the place.
    package var place: String?
    /// Whom it is about, as typed.
    package var about: String?
    /// Region that the complainant or operator chose: a code, title or alias of the directory.
    package var region: String?

    package init(
        title: String? = nil, text: String, place: String? = nil, about: String? = nil, region: String? = nil
    ) {
        self.title = title
        self.text = text
        self.place = place
        self.about = about
        self.region = region
    }
}
