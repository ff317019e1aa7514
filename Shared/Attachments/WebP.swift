/// WebP (RFC 9649) without what is not the picture: Exif, XMP and unknown chunks go. Moving pictures are not taken.
enum WebP {
    static func cleaned(_ raw: [UInt8], pixels: Int) throws(AttachedFile.Refusal) -> [UInt8] {
        guard let size = raw.littleEndian(4, 4), size >= 4, 8 + size <= raw.count else { throw .damaged }
        let end = 8 + size
        var chunks: [UInt8] = []
        chunks.reserveCapacity(size)
        var hasPicture = false
        var place = 12
        while place < end {
            guard let length = raw.littleEndian(place + 4, 4), length <= raw.count, place + 8 + length <= end else {
                throw .damaged
            }
            let content = place + 8
            // Each chunk is filled up to an even length.
            let next = content + length + length % 2
            guard next <= end else { throw .damaged }
            switch String(decoding: raw[place..<place + 4], as: UTF8.self) {
            case "VP8X":
                guard place == 12, length == 10, let flags = raw.byte(content), flags & 0x02 == 0,
                    let width = raw.littleEndian(content + 4, 3), let height = raw.littleEndian(content + 7, 3)
                else { throw .damaged }
                try AttachedFile.Refusal.check(width: width + 1, height: height + 1, pixels: pixels)
                chunks += raw[place..<next]
                // No Exif and no XMP follow.
                chunks[chunks.count - 10] = UInt8(flags & ~0x0C)
            case "VP8 ":
                guard length >= 10, raw.bigEndian(content + 3, 3) == 0x9D012A, !hasPicture,
                    let width = raw.littleEndian(content + 6, 2), let height = raw.littleEndian(content + 8, 2)
                else { throw .damaged }
                try AttachedFile.Refusal.check(width: width & 0x3FFF, height: height & 0x3FFF, pixels: pixels)
                hasPicture = true
                chunks += raw[place..<next]
            case "VP8L":
                guard length >= 5, raw.byte(content) == 0x2F, !hasPicture, let bits = raw.littleEndian(content + 1, 4)
                else { throw .damaged }
                try AttachedFile.Refusal.check(
                    width: bits & 0x3FFF + 1, height: bits >> 14 & 0x3FFF + 1, pixels: pixels)
                hasPicture = true
                chunks += raw[place..<next]
            case "ICCP", "ALPH": chunks += raw[place..<next]
            case "ANIM", "ANMF": throw .damaged
            default: break
            }
            place = next
        }
        guard hasPicture else { throw .damaged }
        let whole = UInt32(4 + chunks.count)
        return Array("RIFF".utf8) + (0..<4).map { UInt8(truncatingIfNeeded: whole >> (8 * $0)) } + Array("WEBP".utf8)
            + chunks
    }
}
