import JSON

/// One request, as its handler sees it: found by a route, decoded and checked.
package struct Request: Sendable {
    /// The methods that routes can have; HEAD goes to the GET route.
    package enum Method: String, Sendable, CaseIterable {
        case get = "GET"
        case post = "POST"
        case put = "PUT"
        case patch = "PATCH"
        case delete = "DELETE"
    }

    package let method: Method
    /// Decoded, without the query.
    package let path: String
    /// The values of the parameters that the route declares (in path, query and headers), checked by their schemas.
    package let parameters: [String: JSON]
    /// Everything in the query, also what no route declares.
    package let query: Form
    package let headers: Headers
    /// As it came; a handler of a route with `body` gets it read and checked. Empty for a form with files.
    package let body: [UInt8]
    /// The files of a form, in their order.
    package let files: [FormFile]
    /// The address at the other end of the connection, without its port: a client's or a proxy's.
    package let peer: String

    /// It came over TLS: to us, or to a proxy in front that says so.
    package let isEncrypted: Bool

    /// The first value of a header, whatever its case.
    package func header(_ name: String) -> String? { headers[name] }

    /// The text of a declared parameter, or `nil` if it was not sent or is no text.
    package func parameter(_ name: String) -> String? { parameters[name]?.string }
}
