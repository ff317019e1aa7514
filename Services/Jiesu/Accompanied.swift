/// Runs `body`, and `companion` beside it until `body` has ended. If either throws, the other is cancelled and awaited.
/// - Parameter companion: returns when it is cancelled.
/// - Throws: what the first of them threw; `CancellationError` if the companion returned unasked.
func accompanied<Value: Sendable>(
    by companion: @escaping @Sendable () async throws -> Void, _ body: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    try await withThrowingTaskGroup(of: Value?.self) { group in
        group.addTask {
            try await companion()
            return nil
        }
        group.addTask { try await body() }
        defer { group.cancelAll() }
        guard let value = try await group.next() ?? nil else { throw CancellationError() }
        return value
    }
}
