/// A request as it came from a connection: nothing decoded, nothing checked.
struct RawRequest: Sendable {
    let method: String
    /// Path and query as on the request line, percent signs and all.
    let target: [UInt8]
    let headers: Headers
    var body: [UInt8]
    /// The body, if it is a form with files; `body` is empty then.
    var form: MultipartForm?
    let peer: String
    /// It came over TLS.
    var isEncrypted = false
}
