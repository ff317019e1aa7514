/// JPEG (ITU-T T.81) without what is not the picture: of its segments only those stay that a decoder needs.
///
/// Gone are Exif and XMP (place, time, device, thumbnail), other makers' segments, comments, the thumbnail of JFIF, and
/// whatever stands behind the picture. Which way up it was taken stays, or most photos of telephones would lie on their side.
enum JPEG {
    static let start: [UInt8] = [0xFF, 0xD8, 0xFF]

    static func cleaned(_ raw: [UInt8], pixels: Int) throws(AttachedFile.Refusal) -> [UInt8] {
        var cleaning = Cleaning(raw: raw, pixels: pixels)
        return try cleaning.run()
    }

    private struct Cleaning {
        let raw: [UInt8]
        let pixels: Int
        var place = 2
        var kept: [UInt8] = [0xFF, 0xD8]
        var hasFrame = false
        var hasScan = false
        var isTurned = false

        init(raw: [UInt8], pixels: Int) {
            self.raw = raw
            self.pixels = pixels
            kept.reserveCapacity(raw.count)
        }

        mutating func run() throws(AttachedFile.Refusal) -> [UInt8] {
            while true {
                let marker = try nextMarker()
                if marker == 0xD9 { break }
                guard let length = raw.bigEndian(place, 2), length >= 2, place + length <= raw.count else {
                    throw .damaged
                }
                let segment = place - 2..<place + length
                place += length
                try take(marker, segment)
            }
            guard hasScan else { throw .damaged }
            return kept + [0xFF, 0xD9]
        }

        /// Any number of 0xFF may stand before a marker.
        private mutating func nextMarker() throws(AttachedFile.Refusal) -> Int {
            guard raw.byte(place) == 0xFF else { throw .damaged }
            while raw.byte(place) == 0xFF { place += 1 }
            guard let marker = raw.byte(place) else { throw .damaged }
            place += 1
            return marker
        }

        /// - Parameter segment: from its marker's 0xFF to its last byte.
        private mutating func take(_ marker: Int, _ segment: Range<Int>) throws(AttachedFile.Refusal) {
            let content = segment.lowerBound + 4
            switch marker {
            // Tables: Huffman, arithmetic, quantisation, restart, lines, progression, expansion.
            case 0xC4, 0xCC, 0xDB...0xDF: keep(segment, marker)
            case 0xC0...0xC7, 0xC9...0xCB, 0xCD...0xCF:
                guard let height = raw.bigEndian(content + 1, 2), let width = raw.bigEndian(content + 3, 2),
                    content + 5 <= segment.upperBound
                else { throw .damaged }
                try AttachedFile.Refusal.check(width: width, height: height, pixels: pixels)
                hasFrame = true
                keep(segment, marker)
            case 0xDA:
                guard hasFrame else { throw .damaged }
                hasScan = true
                keep(segment, marker)
                try scan()
            case 0xE0 where raw.has("JFIF\0", at: content) && segment.upperBound - content >= 14:
                // Version, density; and a thumbnail of 0 × 0.
                kept += [0xFF, 0xE0, 0, 16] + raw[content..<content + 12] + [0, 0]
            case 0xE1 where raw.has("Exif\0\0", at: content) && !isTurned:
                guard let orientation = Orientation(Array(raw[content + 6..<segment.upperBound])) else { break }
                isTurned = true
                kept += orientation.segment
            // Colours look wrong without these two.
            case 0xE2 where raw.has("ICC_PROFILE\0", at: content): keep(segment, marker)
            case 0xEE where raw.has("Adobe", at: content) && segment.upperBound - content == 12: keep(segment, marker)
            case 0xE0...0xEF, 0xFE: break
            default: throw .damaged
            }
        }

        private mutating func keep(_ segment: Range<Int>, _ marker: Int) {
            kept += [0xFF, UInt8(marker)]
            kept += raw[segment.lowerBound + 2..<segment.upperBound]
        }

        /// The coded picture, up to the next marker. In it 0xFF is followed by 0 or by a restart.
        private mutating func scan() throws(AttachedFile.Refusal) {
            let begin = place
            while let found = raw[place...].firstIndex(of: 0xFF) {
                guard let next = raw.byte(found + 1) else { throw .damaged }
                if next == 0 || (0xD0...0xD7).contains(next) {
                    place = found + 2
                } else if next == 0xFF {
                    place = found + 1
                } else {
                    kept += raw[begin..<found]
                    place = found
                    return
                }
            }
            throw .damaged
        }
    }
}
