import JSON

/// One method at one address: what it takes, what it answers, and who does it. The server checks requests by this,
/// and the OpenAPI document is made of it.
package struct Route: Sendable {
    /// Answers one request. The value is the body, read and checked by the route's schema, or `null` if it has none.
    /// A thrown `Problem` is the answer; any other error becomes a 500 without its text.
    package typealias Handler = @Sendable (Request, JSON) async throws -> Response

    /// The body that a route takes.
    package enum Body: Sendable {
        case json(Schema)
        /// `application/x-www-form-urlencoded`; its texts become the values that the schema wants.
        /// - Parameter files: names of the fields in which files may be sent; if there are any, the form may come as
        ///   `multipart/form-data` as well. They stand in `Request.files`.
        case form(Schema, files: [String] = [])

        var schema: Schema {
            switch self {
            case .json(let schema), .form(let schema, _): schema
            }
        }

        var files: [String] {
            switch self {
            case .json: []
            case .form(_, let files): files
            }
        }

        var type: String {
            switch self {
            case .json: "application/json"
            case .form: "application/x-www-form-urlencoded"
            }
        }
    }

    /// One status that a route answers with.
    package struct Answer: Sendable {
        let status: Int
        let description: String
        let type: String
        let schema: Schema?

        /// - Parameter schema: what the JSON answer looks like; `nil` for an answer without content, or of another
        ///   type.
        package init(_ status: Int, _ description: String, _ schema: Schema? = nil, type: String = "application/json") {
            self.status = status
            self.description = description
            self.schema = schema
            self.type = type
        }
    }

    let method: Request.Method
    /// `/api/v1/complaints/{number}`: a part in braces takes any one part that is not empty.
    let pattern: String
    let summary: String
    let tags: [String]
    let parameters: [Parameter]
    let body: Body?
    let answers: [Answer]
    let handler: Handler

    /// - Parameters:
    ///   - summary: one line for readers of the API, in Chinese.
    ///   - tags: `pages` for what browsers ask for: what goes wrong may come as a page too.
    ///   - parameters: checked before the handler is called. Parts of the path that are not declared are texts of up to
    ///     200 characters.
    ///   - answers: what it answers when all is well; problems need not be listed. A status that comes in several types stands
    ///     once for each, and the first tells what it means.
    package init(
        _ method: Request.Method, _ pattern: String, _ summary: String, tags: [String] = [],
        parameters: [Parameter] = [], body: Body? = nil, answers: [Answer], handler: @escaping Handler
    ) {
        self.method = method
        self.pattern = pattern
        self.summary = summary
        self.tags = tags
        let declared = Set(parameters.filter { $0.place == .path }.map(\.name))
        let names = pattern.split(separator: "/").filter { $0.hasPrefix("{") }.map { String($0.dropFirst().dropLast()) }
        precondition(declared.isSubset(of: names), "\(pattern) lacks a part for a path parameter")
        self.parameters =
            names.filter { !declared.contains($0) }.map { .path($0, .string(1...200), "") } + parameters
        self.body = body
        self.answers = answers
        self.handler = handler
    }
}
