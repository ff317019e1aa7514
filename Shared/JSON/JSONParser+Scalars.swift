extension JSONParser {
    /// A string, from its opening quote to its closing one. Without an escape it is copied once.
    mutating func string() throws(JSONError) -> String {
        let opening = position
        position += 1
        let start = position
        try skipPlainBytes()
        if try peek() == UInt8(ascii: "\"") {
            position += 1
            return try text(bytes[start..<position - 1].withoutBase, from: start)
        }
        position = opening + 1
        return try stringWithEscapes()
    }

    private mutating func stringWithEscapes() throws(JSONError) -> String {
        var content: [UInt8] = []
        while true {
            let start = position
            try skipPlainBytes()
            let plain = bytes[start..<position].withoutBase
            // Checked run by run: an escape must not complete a broken sequence, and the error names the true place.
            _ = try text(plain, from: start)
            content.append(contentsOf: plain)
            if bytes[position] == UInt8(ascii: "\"") {
                position += 1
                return String(decoding: content, as: UTF8.self)
            }
            content.append(contentsOf: Unicode.UTF8.encode(try escape())!)
        }
    }

    /// Moves to the next quote or backslash.
    private mutating func skipPlainBytes() throws(JSONError) {
        while true {
            let byte = try peek()
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { return }
            guard byte >= 0x20 else { throw error(.controlCharacter) }
            position += 1
        }
    }

    private func text(_ content: UnsafeBufferPointer<UInt8>, from start: Int) throws(JSONError) -> String {
        if let text = String(validating: content, as: UTF8.self) { return text }
        var iterator = content.makeIterator()
        var decoder = UTF8()
        var offset = start
        while case .scalarValue(let scalar) = decoder.decode(&iterator) { offset += UTF8.width(scalar) }
        throw error(.invalidUTF8, at: offset)
    }

    private mutating func escape() throws(JSONError) -> Unicode.Scalar {
        let start = position
        position += 1
        let letter = try peek()
        position += 1
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(letter)
        case UInt8(ascii: "b"): return "\u{08}"
        case UInt8(ascii: "f"): return "\u{0C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): return try codePoint(from: start)
        default: throw error(.badEscape, at: start)
        }
    }

    /// The four digits after `\u`, and the second half of the pair if the first asks for it.
    private mutating func codePoint(from start: Int) throws(JSONError) -> Unicode.Scalar {
        let unit = try fourHexDigits(from: start)
        if let scalar = Unicode.Scalar(unit) { return scalar }
        guard UTF16.isLeadSurrogate(UInt16(unit)),
            try peek() == UInt8(ascii: "\\"), position + 1 < bytes.count, bytes[position + 1] == UInt8(ascii: "u")
        else { throw error(.loneSurrogate, at: start) }
        position += 2
        let second = try fourHexDigits(from: start)
        guard UTF16.isTrailSurrogate(UInt16(second)),
            let scalar = Unicode.Scalar(0x10000 + (unit - 0xD800) << 10 + (second - 0xDC00))
        else { throw error(.loneSurrogate, at: start) }
        return scalar
    }

    private mutating func fourHexDigits(from start: Int) throws(JSONError) -> UInt32 {
        var unit: UInt32 = 0
        for _ in 0..<4 {
            guard let digit = Character(Unicode.Scalar(try peek())).hexDigitValue else {
                throw error(.badEscape, at: start)
            }
            unit = unit << 4 | UInt32(digit)
            position += 1
        }
        return unit
    }

    /// A number by the grammar; what has neither fraction nor exponent must fit 64 bits.
    mutating func number() throws(JSONError) -> JSON {
        let start = position
        let negative = bytes[position] == UInt8(ascii: "-")
        if negative { position += 1 }
        let digits = position
        let magnitude = skipDigits()
        guard position > digits else { throw error(position == bytes.count ? .unexpectedEnd : .badNumber, at: start) }
        guard bytes[digits] != UInt8(ascii: "0") || position == digits + 1 else { throw error(.badNumber, at: start) }
        let whole = position
        if position < bytes.count, bytes[position] == UInt8(ascii: ".") {
            position += 1
            try skipDigitsAtLeastOne(from: start)
        }
        if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") {
            position += 1
            if position < bytes.count, bytes[position] == UInt8(ascii: "+") || bytes[position] == UInt8(ascii: "-") {
                position += 1
            }
            try skipDigitsAtLeastOne(from: start)
        }
        if position == whole {
            guard let magnitude, let number = Int64(exactly: negative ? -magnitude : magnitude) else {
                throw error(.numberOutOfRange, at: start)
            }
            return .int(number)
        }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        guard let number = Double(text), number.isFinite else { throw error(.numberOutOfRange, at: start) }
        return .double(number)
    }

    private mutating func skipDigitsAtLeastOne(from start: Int) throws(JSONError) {
        let first = position
        _ = skipDigits()
        guard position > first else { throw error(position == bytes.count ? .unexpectedEnd : .badNumber, at: start) }
    }

    /// Moves past the digits; their value, or `nil` if it is beyond what 128 bits hold.
    private mutating func skipDigits() -> Int128? {
        var value: Int128? = 0
        while position < bytes.count, case UInt8(ascii: "0")...UInt8(ascii: "9") = bytes[position] {
            value = value.flatMap { old in
                let (tens, overflow) = old.multipliedReportingOverflow(by: 10)
                return overflow ? nil : tens + Int128(bytes[position] - UInt8(ascii: "0"))
            }
            position += 1
        }
        return value
    }
}
