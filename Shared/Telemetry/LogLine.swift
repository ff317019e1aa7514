import Foundation

/// Builds the bytes of one log line. By hand, because `JSONEncoder` costs tens of microseconds a line.
struct LogLine {
    /// Text of a fact beyond this many bytes of UTF-8 is cut and ends in `…`: a line stays readable whatever failed.
    static let longestText = 2_000

    private var bytes: [UInt8] = []

    init(level: Logger.Level, service: String, message: StaticString) {
        bytes.reserveCapacity(256)
        append(raw: "{\"at\":\"")
        appendTime()
        append(raw: "\",\"level\":\"")
        bytes.append(contentsOf: level.rawValue.utf8)
        append(raw: "\",\"service\":")
        append(quoted: service)
        append(raw: ",\"message\":")
        append(quoted: message)
    }

    mutating func add(_ key: StaticString, _ value: any Sendable) {
        bytes.append(UInt8(ascii: ","))
        append(quoted: key)
        bytes.append(UInt8(ascii: ":"))
        append(value)
    }

    consuming func finished() -> String {
        append(raw: "}")
        return String(decoding: bytes, as: UTF8.self)
    }

    private mutating func append(_ value: Any) {
        switch value {
        case let text as String: append(quoted: text)
        case let number as Int: bytes.append(contentsOf: String(number).utf8)
        case let truth as Bool: append(raw: truth ? "true" : "false")
        case let number as Double where number.isFinite: bytes.append(contentsOf: number.description.utf8)
        case let number as any FixedWidthInteger: bytes.append(contentsOf: number.description.utf8)
        case let maybe as any Maybe:
            if let inner = maybe.inner { append(inner) } else { append(raw: "null") }
        default: append(quoted: "\(value)")
        }
    }

    /// Now as `2026-03-01T08:00:00.000Z`; `Date.formatted` costs more than the rest of the line together.
    private mutating func appendTime() {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        var date = tm()
        gmtime_r(&now.tv_sec, &date)
        append(Int(date.tm_year) + 1900, digits: 4)
        append(raw: "-")
        append(Int(date.tm_mon) + 1, digits: 2)
        append(raw: "-")
        append(Int(date.tm_mday), digits: 2)
        append(raw: "T")
        append(Int(date.tm_hour), digits: 2)
        append(raw: ":")
        append(Int(date.tm_min), digits: 2)
        append(raw: ":")
        append(Int(date.tm_sec), digits: 2)
        append(raw: ".")
        append(Int(now.tv_nsec) / 1_000_000, digits: 3)
        append(raw: "Z")
    }

    private mutating func append(_ number: Int, digits: Int) {
        var unit = 1
        for _ in 1..<digits { unit *= 10 }
        while unit > 0 {
            bytes.append(UInt8(ascii: "0") + UInt8(number / unit % 10))
            unit /= 10
        }
    }

    private mutating func append(raw text: StaticString) {
        text.withUTF8Buffer { bytes.append(contentsOf: $0) }
    }

    private mutating func append(quoted text: StaticString) {
        text.withUTF8Buffer { append(quoted: $0) }
    }

    private mutating func append(quoted text: String) {
        var text = text
        text.withUTF8 { utf8 in
            guard utf8.count > Self.longestText else { return append(quoted: utf8) }
            var end = Self.longestText
            while end > 0 && utf8[end] & 0xC0 == 0x80 { end -= 1 }  // not in the middle of a character
            append(quoted: UnsafeBufferPointer(rebasing: utf8[..<end]))
            bytes.removeLast()
            append(raw: "…\"")
        }
    }

    private mutating func append(quoted utf8: UnsafeBufferPointer<UInt8>) {
        bytes.append(UInt8(ascii: "\""))
        for byte in utf8 {
            switch byte {
            case UInt8(ascii: "\""): append(raw: "\\\"")
            case UInt8(ascii: "\\"): append(raw: "\\\\")
            case UInt8(ascii: "\n"): append(raw: "\\n")
            case UInt8(ascii: "\r"): append(raw: "\\r")
            case UInt8(ascii: "\t"): append(raw: "\\t")
            case 0..<0x20:
                append(raw: "\\u00")
                bytes.append(Self.hexadecimal[Int(byte >> 4)])
                bytes.append(Self.hexadecimal[Int(byte & 15)])
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private static let hexadecimal = Array("0123456789abcdef".utf8)
}

/// Lets a fact be optional without printing `Optional(…)`.
private protocol Maybe {
    var inner: Any? { get }
}

extension Optional: Maybe {
    fileprivate var inner: Any? { self }
}
