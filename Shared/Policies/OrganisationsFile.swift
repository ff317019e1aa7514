import Casework

/// The organisations of a city as people write them down: regions, organisations, and who answers for what.
package struct OrganisationsFile: Sendable, Equatable {
    /// In the order of the file.
    package var regions: [Directory.Region]
    package var organisations: [Directory.Organisation]
    package var jurisdictions: [Directory.Jurisdiction]

    package init(
        regions: [Directory.Region], organisations: [Directory.Organisation], jurisdictions: [Directory.Jurisdiction]
    ) {
        self.regions = regions
        self.organisations = organisations
        self.jurisdictions = jurisdictions
    }

    /// The same, ready for the rules.
    package var directory: Directory {
        Directory(organisations: organisations, regions: regions, jurisdictions: jurisdictions)
    }
}
