/// PNG (W3C, third edition) without what is not the picture: a list of chunks that stay, so that one that nobody knows goes.
///
/// Gone are texts, Exif, XMP, time, animation, makers' own chunks, and whatever stands behind the end.
enum PNG {
    static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

    private static let kept: Set = [
        "IHDR", "PLTE", "IDAT", "IEND", "tRNS", "cHRM", "gAMA", "iCCP", "sBIT", "sRGB", "cICP", "bKGD", "pHYs",
    ]

    static func cleaned(_ raw: [UInt8], pixels: Int) throws(AttachedFile.Refusal) -> [UInt8] {
        var result = signature
        result.reserveCapacity(raw.count)
        var place = signature.count
        var hasData = false
        while true {
            guard let length = raw.bigEndian(place, 4), length <= raw.count, place + 12 + length <= raw.count else {
                throw .damaged
            }
            let type = String(decoding: raw[place + 4..<place + 8], as: UTF8.self)
            let isFirst = place == signature.count
            guard (type == "IHDR") == isFirst else { throw .damaged }
            if isFirst {
                guard length == 13, let width = raw.bigEndian(place + 8, 4), let height = raw.bigEndian(place + 12, 4)
                else { throw .damaged }
                try AttachedFile.Refusal.check(width: width, height: height, pixels: pixels)
            }
            if kept.contains(type) {
                result += raw[place..<place + 12 + length]
            } else if !isAncillary(raw[place + 4]) {
                throw .damaged
            }
            place += 12 + length
            if type == "IDAT" { hasData = true }
            if type == "IEND" { break }
        }
        guard hasData else { throw .damaged }
        return result
    }

    /// A chunk that a decoder may pass over begins with a small letter.
    private static func isAncillary(_ first: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(first)
    }
}
