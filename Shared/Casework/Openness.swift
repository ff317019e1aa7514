/// What of a scheme's cases may stand in figures for everybody (D.2 `publish`), and what may not (`secrecy`), field by field. That
/// there are so many cases, by month, is published by whoever publishes anything.
package struct Openness: Sendable, Equatable {
    package enum Field: String, Sendable, CaseIterable {
        /// Figures by the organisation that leads.
        case organisation
        case subject
        /// Rates, and ranks by them.
        case rates
    }

    /// `nil`: the scheme does not say, so its cases are not counted before the public.
    package var published: Set<Field>?
    /// Never, whatever another scheme that governs the same case publishes (D.2, rule 4).
    package var secret: Set<Field>

    package init(published: Set<Field>? = nil, secret: Set<Field> = []) {
        self.published = published
        self.secret = secret
    }
}

/// What is measured. The raw value is the API's word, and a profile's.
package enum Measure: String, Sendable, CaseIterable {
    case closing
    case onTime = "on_time"
    case resolution
    case satisfaction
}

/// D.2 `kpi`: a rate that a scheme wants reached, of a population of its own (K-17, R-RP-38).
package struct Target: Sendable, Equatable {
    package enum Population: String, Sendable, CaseIterable {
        /// Every case that the scheme governs.
        case all
        /// Those that were put under supervision (R-SV-07).
        case supervised
    }

    /// Name within the profile.
    package var name: String
    package var title: String
    /// Where it is written: a row of the catalogue.
    package var source: String
    package var measure: Measure
    package var population: Population
    /// Per cent, 1 to 100; reached is what is not below it.
    package var least: Int

    package init(
        name: String, title: String, source: String, measure: Measure, population: Population = .all, least: Int
    ) {
        self.name = name
        self.title = title
        self.source = source
        self.measure = measure
        self.population = population
        self.least = least
    }
}
