import AsyncAPI
import JSON

/// `jiesu asyncapi`
enum AsyncAPICommand: OperatorCommand {
    static let name = "asyncapi"
    static let synopsis = "[--brokers HOST:PORT,…]"
    static let summary =
        "what stands on the topics, as an AsyncAPI 3.0 document, for who reads them with software of their own"
    static let details = """
        All that a district's own software needs: topics, message headers, and every field of every event, with what is promised.
        With --brokers the document also says where they are.
        """
    static let options: [Arguments.Option] = [.value("brokers")]

    static func run(_ arguments: Arguments) async throws -> Int32 {
        _ = try arguments.positional()
        let brokers = arguments.text("brokers")?.split(separator: ",").map(String.init) ?? []
        print(try AsyncAPI.document(servers: brokers).text)
        return 0
    }
}
