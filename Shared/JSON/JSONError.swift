/// Why bytes are no JSON, and where. It quotes nothing of them, so it is safe to log.
package struct JSONError: Error, Equatable {
    /// What is wrong at the place.
    package enum Reason: String, Sendable, CaseIterable {
        case byteOrderMark = "starts with a byte order mark"
        case unexpectedEnd = "ends too early"
        case unexpectedByte = "unexpected character"
        case trailingBytes = "something follows the value"
        case badNumber = "not a number as JSON writes it"
        case numberOutOfRange = "number out of range"
        case badEscape = "unknown escape"
        case loneSurrogate = "half of a surrogate pair"
        case controlCharacter = "control character inside a string"
        case invalidUTF8 = "not UTF-8"
        case duplicateKey = "the key appears twice in its object"
        case tooDeep = "nested too deeply"
    }

    package let reason: Reason
    /// From 1; lines end at a line feed.
    package let line: Int
    /// From 1, in Unicode code points.
    package let column: Int

    package init(reason: Reason, line: Int, column: Int) {
        self.reason = reason
        self.line = line
        self.column = column
    }
}

extension JSONError: CustomStringConvertible {
    /// English, for logs.
    package var description: String { "line \(line), column \(column): \(reason.rawValue)" }

    /// Chinese, for the person or program that sent the bytes.
    package var chinese: String { "第 \(line) 行第 \(column) 列:\(reason.chinese)" }
}

extension JSONError.Reason {
    /// The reason in Chinese.
    package var chinese: String {
        switch self {
        case .byteOrderMark: "开头多了字节顺序标记(BOM)"
        case .unexpectedEnd: "内容不完整"
        case .unexpectedByte: "此处的字符不合 JSON 语法"
        case .trailingBytes: "JSON 之后还有多余内容"
        case .badNumber: "数字写法不合 JSON 语法"
        case .numberOutOfRange: "数字超出范围"
        case .badEscape: "反斜杠转义写法不对"
        case .loneSurrogate: "\\u 代理对不完整"
        case .controlCharacter: "字符串里有未转义的控制字符"
        case .invalidUTF8: "不是有效的 UTF-8 编码"
        case .duplicateKey: "同一对象里键名重复"
        case .tooDeep: "嵌套过深"
        }
    }
}
