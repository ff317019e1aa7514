/// Waits before a condition is looked at again.
/// - Throws: `.cancelled`, and at once, when the task is: the loop around it must end and not spin.
func pause(_ duration: Duration, _ meanwhile: @autoclosure () -> String) async throws(PostgresError) {
    do {
        try await Task.sleep(for: duration)
    } catch {
        throw PostgresError(.cancelled, "cancelled while \(meanwhile())")
    }
}
