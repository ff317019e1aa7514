/// Waits for `duration`, or less if the task is cancelled; then returns at once and does not throw, because a loop asks
/// `Task.isCancelled` anyway.
package func sleep(for duration: Duration) async {
    try? await Task.sleep(for: duration)
}
