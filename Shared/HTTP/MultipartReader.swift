/// Reads a body of `multipart/form-data` (RFC 7578) as it arrives, piece by piece. Pure.
///
/// Texts are kept whole or the request is refused. A file is kept as long as there is room for it, and else forgotten while
/// it still arrives: who sends photos that are too large must not lose what was typed beside them.
struct MultipartReader {
    /// Whether so many more bytes may be held.
    typealias Room = (_ bytes: Int, _ isFile: Bool) -> Bool

    private enum Step {
        /// Between what a part holds and a delimiter that might end it.
        case content
        /// Behind a delimiter, up to the end of its line.
        case delimited
        case head
        /// Behind the last delimiter.
        case over
    }

    private enum Part {
        case none
        case text(name: String, value: [UInt8])
        case file(FormFile, hasName: Bool)
    }

    /// Bytes of one part's headers.
    static let longestHead = 4096
    /// Parts of a form, far more than any of ours has fields.
    static let mostParts = 300

    private let delimiter: [UInt8]
    private let limits: Limits
    private var step = Step.content
    private var part = Part.none
    /// Bytes of the delimiter that have just come. The first is CR, and stands nowhere else in it, so that what turns out
    /// to be content never hides the beginning of a delimiter.
    private var matched: Int
    private var line: [UInt8] = []
    private var parts = 0
    private var textBytes = 0
    private var form = MultipartForm()

    /// - Parameter type: the whole `Content-Type`; `nil` comes of one that is not this, or has no boundary of 1…70 bytes.
    init?(type: String, limits: Limits) {
        guard Self.isMultipart(type), let boundary = Self.value(of: "boundary", in: type),
            (1...70).contains(boundary.utf8.count), !boundary.utf8.contains(where: { $0 < 0x20 || $0 > 0x7E })
        else { return nil }
        self.limits = limits
        delimiter = Array("\r\n--\(boundary)".utf8)
        // The body begins as if a line had just ended.
        matched = 2
    }

    static func isMultipart(_ type: String) -> Bool {
        type.prefix { $0 != ";" && $0 != " " }.lowercased() == "multipart/form-data"
    }

    /// - Throws: a 400 for what is no such form, a 413 for too much text, a 503 where there is no room for it.
    mutating func read(_ piece: UnsafeBufferPointer<UInt8>, room: Room) throws(Problem) {
        var rest = piece[...]
        while let byte = rest.first {
            switch step {
            case .content: try readContent(&rest, room)
            case .delimited:
                rest = rest.dropFirst()
                try readDelimiter(byte)
            case .head:
                rest = rest.dropFirst()
                try readHead(byte)
            // What follows the last delimiter means nothing.
            case .over: return
            }
        }
    }

    /// - Throws: a 400 if the last delimiter never came.
    consuming func finish() throws(Problem) -> MultipartForm {
        guard case .over = step else { throw .badRequest("表单不完整") }
        return form
    }

    private mutating func readContent(_ rest: inout Slice<UnsafeBufferPointer<UInt8>>, _ room: Room) throws(Problem) {
        if matched == 0 {
            let end = rest.firstIndex(of: UInt8(ascii: "\r")) ?? rest.endIndex
            try add(rest[..<end], room)
            rest = rest[end...]
            guard !rest.isEmpty else { return }
        }
        if rest[rest.startIndex] == delimiter[matched] {
            rest = rest.dropFirst()
            matched += 1
            guard matched == delimiter.count else { return }
            matched = 0
            endPart()
            step = .delimited
        } else {
            try add(delimiter[..<matched], room)
            matched = 0
        }
    }

    /// `--` behind a delimiter makes it the last one; else only blanks stand before the end of the line.
    private mutating func readDelimiter(_ byte: UInt8) throws(Problem) {
        line.append(byte)
        if line.elementsEqual("--".utf8) {
            step = .over
        } else if byte == UInt8(ascii: "\n") {
            guard line.dropLast(2).allSatisfy({ $0 == 0x20 || $0 == 0x09 }), line.dropLast().last == UInt8(ascii: "\r")
            else { throw .badRequest("表单的分隔行有误") }
            parts += 1
            guard parts <= Self.mostParts else { throw .badRequest("表单的项目过多") }
            line = []
            step = .head
        } else if line.count > 80 {
            throw .badRequest("表单的分隔行有误")
        }
    }

    private mutating func readHead(_ byte: UInt8) throws(Problem) {
        line.append(byte)
        guard line.count <= Self.longestHead else { throw .badRequest("表单一项的头部过长") }
        guard byte == UInt8(ascii: "\n"), line.count == 2 || line.suffix(4).elementsEqual("\r\n\r\n".utf8) else {
            return
        }
        guard let head = String(validating: line, as: UTF8.self) else { throw .badRequest("不是有效的 UTF-8 编码") }
        part = try Self.part(head)
        line = []
        step = .content
    }

    private mutating func add(_ bytes: some Collection<UInt8>, _ room: Room) throws(Problem) {
        guard !bytes.isEmpty else { return }
        switch part {
        case .none: break
        case .text(let name, var value):
            part = .none
            textBytes += bytes.count
            guard textBytes <= limits.body else { throw .tooLarge(limits.body) }
            guard room(bytes.count, false) else { throw .busy }
            value += bytes
            part = .text(name: name, value: value)
        case .file(let file, let hasName):
            guard case .whole(var content) = file.content else { return }
            // Taken out, so that it is not copied.
            part = .none
            let fate: FormFile.Content
            if content.count + bytes.count > limits.file {
                fate = .tooLarge
            } else if !room(bytes.count, true) {
                fate = .noRoom
            } else {
                content += bytes
                fate = .whole(content)
            }
            part = .file(FormFile(field: file.field, content: fate), hasName: hasName)
        }
    }

    private mutating func endPart() {
        switch part {
        case .none: break
        case .text(let name, let value): form.texts.append((name, value))
        // A browser sends an empty one for a field in which no file was chosen.
        case .file(let file, let hasName): if hasName || file.content != .whole([]) { form.files.append(file) }
        }
        part = .none
    }

    /// What a part is, by its headers.
    private static func part(_ head: String) throws(Problem) -> Part {
        var disposition: Substring?
        for line in head.split(separator: "\r\n", omittingEmptySubsequences: true) {
            guard let colon = line.firstIndex(of: ":") else { throw .badRequest("表单一项的头部有误") }
            let name = line[..<colon].lowercased()
            let value = line[line.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
            switch name {
            case "content-disposition":
                guard disposition == nil else { throw .badRequest("表单一项的头部重复") }
                disposition = value
            case "content-type":
                guard !value.lowercased().hasPrefix("multipart/") else { throw .badRequest("表单里不能再嵌套表单") }
            case "content-transfer-encoding":
                guard ["binary", "8bit", "7bit"].contains(value.lowercased()) else { throw .badRequest("不支持这种编码") }
            default: break
            }
        }
        guard let disposition, disposition.lowercased().hasPrefix("form-data"),
            let name = value(of: "name", in: String(disposition)), !name.isEmpty
        else { throw .badRequest("表单有一项没有名称") }
        guard
            let file = value(of: "filename", in: String(disposition)) ?? value(of: "filename*", in: String(disposition))
        else { return .text(name: name, value: []) }
        return .file(FormFile(field: name, content: .whole([])), hasName: !file.isEmpty)
    }

    /// The value of a parameter behind semicolons, in quotation marks or without. As browsers write it (WHATWG, HTML
    /// 4.10.22.8) a quotation mark within is `%22`, and a backslash is one.
    private static func value(of name: String, in header: String) -> String? {
        var rest = header[...]
        while let semicolon = rest.firstIndex(of: ";") {
            rest = rest[rest.index(after: semicolon)...].drop { $0 == " " || $0 == "\t" }
            guard let equals = rest.firstIndex(where: { $0 == "=" || $0 == ";" }), rest[equals] == "=" else { continue }
            let key = rest[..<equals].lowercased()
            rest = rest[rest.index(after: equals)...]
            let value: Substring
            if rest.first == "\"" {
                rest = rest.dropFirst()
                guard let end = rest.firstIndex(of: "\"") else { return nil }
                value = rest[..<end]
                rest = rest[rest.index(after: end)...]
            } else {
                value = rest.prefix { $0 != ";" && $0 != " " }
            }
            if key == name { return String(value) }
        }
        return nil
    }
}
