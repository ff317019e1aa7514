package protocol Service: Sendable {
    var name: String { get }
    func run() async throws
}
