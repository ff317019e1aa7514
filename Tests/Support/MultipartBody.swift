/// A body of `multipart/form-data`, as a browser writes it.
package struct MultipartBody {
    package static let boundary = "----WebKitFormBoundary7MA4YWxkTrZu0gW"
    package static let type = "multipart/form-data; boundary=\(boundary)"
    private var content: [UInt8] = []

    package init(_ texts: [(String, String)] = [], files: [(field: String, name: String, bytes: [UInt8])] = []) {
        for (name, value) in texts { add("form-data; name=\"\(name)\"", Array(value.utf8)) }
        for file in files {
            add(
                "form-data; name=\"\(file.field)\"; filename=\"\(file.name)\"\r\nContent-Type: application/octet-stream",
                file.bytes)
        }
    }

    /// A part with any headers behind `Content-Disposition:`.
    package mutating func add(_ disposition: String, _ bytes: [UInt8]) {
        content += Array("--\(Self.boundary)\r\nContent-Disposition: \(disposition)\r\n\r\n".utf8) + bytes + [13, 10]
    }

    package var bytes: [UInt8] { content + Array("--\(Self.boundary)--\r\n".utf8) }
}
