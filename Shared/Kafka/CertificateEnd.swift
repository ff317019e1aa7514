import Foundation

/// When a certificate ends: all that is read of it, to tell one that has expired from one that nobody trusts, for which brokers have
/// the same alert.
enum CertificateEnd {
    /// Of a file; `nil` if it cannot be read.
    static func date(file: String) -> Date? {
        FileManager.default.contents(atPath: file).flatMap { date(pem: String(decoding: $0, as: UTF8.self)) }
    }

    /// Of the first certificate in a text; `nil` for what is no X.509 certificate in PEM.
    static func date(pem: String) -> Date? {
        guard let begin = pem.range(of: "-----BEGIN CERTIFICATE-----"),
            let end = pem.range(of: "-----END CERTIFICATE-----", range: begin.upperBound..<pem.endIndex),
            let bytes = Data(
                base64Encoded: String(pem[begin.upperBound..<end.lowerBound]), options: .ignoreUnknownCharacters)
        else { return nil }
        // Certificate: signed part: [version], serial number, algorithm, issuer, validity: not before, not after (RFC 5280, 4.1).
        var certificate = DER(Array(bytes)[...])
        guard var whole = certificate.sequence(), var signed = whole.sequence() else { return nil }
        if signed.nextTag == 0xA0 { _ = signed.next() }
        guard signed.next() != nil, signed.next() != nil, signed.next() != nil, var validity = signed.sequence(),
            validity.next() != nil, let time = validity.next()
        else { return nil }
        return date(time.content, hasCentury: time.tag == 0x18)
    }

    /// `YYMMDDHHMMSSZ`, of 1950 to 2049, or the same with a century.
    private static func date(_ text: ArraySlice<UInt8>, hasCentury: Bool) -> Date? {
        let digits = text.dropLast().map { Int($0) - 0x30 }
        guard text.last == UInt8(ascii: "Z"), digits.count == (hasCentury ? 14 : 12),
            digits.allSatisfy((0...9).contains)
        else { return nil }
        var numbers = stride(from: 0, to: digits.count, by: 2).map { digits[$0] * 10 + digits[$0 + 1] }
        let century = hasCentury ? numbers.removeFirst() : numbers[0] < 50 ? 20 : 19
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        return calendar.date(
            from: DateComponents(
                year: century * 100 + numbers[0], month: numbers[1], day: numbers[2], hour: numbers[3],
                minute: numbers[4],
                second: numbers[5]))
    }
}

/// Reads ASN.1 in its distinguished encoding, a value at a time; `nil` where it is cut short.
private struct DER {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    var nextTag: UInt8? { rest.first }

    mutating func next() -> (tag: UInt8, content: ArraySlice<UInt8>)? {
        guard let tag = rest.popFirst(), var length = rest.popFirst().map(Int.init) else { return nil }
        if length >= 0x80 {
            // So many bytes hold the length; more than three would be more than any certificate.
            let bytes = rest.prefix(length - 0x80)
            guard bytes.count == length - 0x80, bytes.count <= 3 else { return nil }
            rest = rest.dropFirst(bytes.count)
            length = bytes.reduce(0) { $0 * 256 + Int($1) }
        }
        guard rest.count >= length else { return nil }
        defer { rest = rest.dropFirst(length) }
        return (tag, rest.prefix(length))
    }

    /// What a sequence holds.
    mutating func sequence() -> DER? {
        guard let (tag, content) = next(), tag == 0x30 else { return nil }
        return DER(content)
    }
}
