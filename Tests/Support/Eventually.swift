/// What a test waited for and did not get.
package struct NotInTime: Error, CustomStringConvertible {
    package let description: String

    package init(_ description: String) {
        self.description = description
    }
}

/// Returns as soon as `condition` is true; looks at it again and again.
/// - Parameters:
///   - what: what is waited for; stands in the error.
///   - within: default a minute: generous, for it costs nothing when all is well.
/// - Throws: `NotInTime`, what `condition` throws, and `CancellationError`.
package func eventually(
    _ what: String, within: Duration = .seconds(60), every pause: Duration = .milliseconds(50),
    _ condition: () async throws -> Bool
) async throws {
    let deadline = ContinuousClock.now + within
    while true {
        if try await condition() { return }
        guard ContinuousClock.now < deadline else { throw NotInTime("not within \(within): \(what)") }
        try await Task.sleep(for: pause)
    }
}
