/// A file of a form (`multipart/form-data`). Its name is not kept: nothing may depend on what a stranger calls a file.
package struct FormFile: Sendable, Equatable {
    package enum Content: Sendable, Equatable {
        case whole([UInt8])
        /// It had more bytes than `Limits.file`, and they were thrown away.
        case tooLarge
        /// Too many others are sending files at this moment; its bytes were thrown away.
        case noRoom
    }

    /// The name of the form's field.
    package let field: String
    package let content: Content

    package init(field: String, content: Content) {
        self.field = field
        self.content = content
    }
}

/// A form with files, as it came.
struct MultipartForm: Sendable {
    var texts: [(name: String, value: [UInt8])] = []
    var files: [FormFile] = []
}
