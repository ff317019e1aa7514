/// One line of a cluster's access list: whom it lets do what with which topics, groups or whatever else.
package struct AccessRule: Sendable, Hashable {
    /// Of what; Kafka's numbers, so that a kind that is younger than this program is kept apart from the others.
    package struct Resource: RawRepresentable, Sendable, Hashable {
        package let rawValue: UInt32

        package init(rawValue: UInt32) { self.rawValue = rawValue }

        package static let topic = Resource(rawValue: 2)
        package static let group = Resource(rawValue: 3)
    }

    /// What may be done; Kafka's numbers. Who may read or write may describe as well.
    package struct Operation: RawRepresentable, Sendable, Hashable {
        package let rawValue: UInt32

        package init(rawValue: UInt32) { self.rawValue = rawValue }

        package static let read = Operation(rawValue: 3)
        package static let write = Operation(rawValue: 4)
    }

    package let resource: Resource
    package let name: String
    /// All whose names begin with `name`, and not the one called so.
    package let isPrefix: Bool
    /// Such as `User:wangting-urban`.
    package let principal: String
    /// From where; `*`: from anywhere.
    package let host: String
    package let operation: Operation
    /// It takes a right away instead of giving it.
    package let isDenial: Bool

    package init(
        _ principal: String, may operation: Operation, _ resource: Resource, _ name: String, isPrefix: Bool = false,
        host: String = "*", isDenial: Bool = false
    ) {
        self.principal = principal
        self.operation = operation
        self.resource = resource
        self.name = name
        self.isPrefix = isPrefix
        self.host = host
        self.isDenial = isDenial
    }
}
