import Attachments
import Support
import Testing

func cleaned(_ raw: [UInt8], pixels: Int = 1_000_000) throws(AttachedFile.Refusal) -> [UInt8] {
    try AttachedFile(raw, of: [.jpeg, .png, .webp], pixels: pixels).bytes
}

func contains(_ bytes: [UInt8], _ text: String) -> Bool { String(decoding: bytes, as: UTF8.self).contains(text) }

/// Photos as JPEG: what goes, what stays, and what is no photo.
struct JPEGTests {
    private func segment(_ marker: UInt8, _ text: String) -> [UInt8] { Photos.segment(marker, Array(text.utf8)) }

    /// The sample with something between its JFIF header and its tables.
    private func with(_ segments: [UInt8]) -> [UInt8] {
        Array(Photos.jpeg.prefix(20)) + segments + Photos.jpeg.dropFirst(20)
    }

    @Test func `a plain photo stays as it is, byte for byte`() throws {
        #expect(try cleaned(Photos.jpeg) == Photos.jpeg)
        #expect(try cleaned(Photos.progressive) == Photos.progressive)
        #expect(try cleaned(try cleaned(Photos.fromTelephone())) == cleaned(Photos.fromTelephone()), "once is enough")
    }

    @Test func `place, device, comment and what is behind the picture are gone; which way up stays`() throws {
        let photo = try cleaned(Photos.fromTelephone(orientation: 6))
        #expect(!contains(photo, "Secret") && !contains(photo, "GPS"))
        #expect(photo.count == Photos.jpeg.count + 36)
        #expect(contains(photo, "Exif") && photo.last == 0xD9)
        for plain in [nil, 1, 0, 9] as [UInt8?] {
            #expect(try cleaned(Photos.fromTelephone(orientation: plain)) == Photos.jpeg, "\(plain ?? 255)")
        }
    }

    @Test(arguments: [
        (0xE1, "http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>", false), (0xE1, "Exif\0\0II*\0", false),
        (0xE1, "Exif\0\0MM\0*\0\0\0\u{8}\u{7F}\u{7F}", false), (0xE2, "MPF\0", false),
        (0xE2, "ICC_PROFILE\0\u{1}\u{1}", true),
        (0xE0, "JFXX\0", false), (0xE0, "JFIF\0", false), (0xED, "Photoshop 3.0\0", false),
        (0xEE, "Adobe\0d\0\0\0\0\u{1}", true),
        (0xEE, "Adobe plus something", false), (0xEF, "anything", false), (0xFE, "<script>alert(1)</script>", false),
        (0xDD, "\0\u{4}", true),
    ])
    func `of other segments those stay that a decoder needs`(marker: Int, text: String, stays: Bool) throws {
        let extra = segment(UInt8(marker), text)
        #expect(try cleaned(with(extra)) == (stays ? with(extra) : Photos.jpeg))
    }

    @Test func `a thumbnail in the header goes`() throws {
        var raw = Photos.jpeg
        raw.replaceSubrange(
            2..<20, with: Photos.segment(0xE0, Array("JFIF\0".utf8) + [1, 1, 0, 0, 1, 0, 1, 1, 1, 9, 9, 9]))
        let header = try cleaned(raw)[2..<20]
        #expect(Array(header) == [0xFF, 0xE0, 0, 16] + Array("JFIF\0".utf8) + [1, 1, 0, 0, 1, 0, 1, 0, 0])
    }

    @Test func `wherever it is cut short, it is refused`() {
        for end in 0..<Photos.jpeg.count {
            let error = #expect(throws: AttachedFile.Refusal.self) { try cleaned(Array(Photos.jpeg.prefix(end))) }
            #expect(error == (end == 0 ? .empty : end < 3 ? .otherKind : .damaged), "\(end)")
        }
    }

    @Test(
        arguments: [
            [0xFF, 0xE1, 0xFF, 0xFF], [0xFF, 0xE1, 0, 0], [0xFF, 0xE1, 0, 1], [0xFF, 0x01, 0, 2], [0xFF, 0xD8, 0, 2],
            [0xFF, 0xD0, 0, 2], [0x00], [0xFF, 0xC8, 0, 2], [0xFF, 0xC0, 0, 2], [0xFF, 0xC0, 0, 6, 8, 0, 1, 0],
            [0xFF, 0xDA, 0, 2],
        ] as [[UInt8]])
    func `a segment that leads beyond the end, or that none may have, is refused`(segment: [UInt8]) {
        #expect(throws: AttachedFile.Refusal.damaged) { try cleaned(with(segment)) }
    }

    @Test func `fifty thousand segments cost no more than their bytes`() throws {
        let many = [[UInt8]](repeating: segment(0xFE, "x"), count: 50_000).flatMap(\.self)
        #expect(try cleaned(with(many)) == Photos.jpeg)
        let fill = [UInt8](repeating: 0xFF, count: 300_000)
        #expect(try cleaned(with(fill)) == Photos.jpeg, "any number of 0xFF may stand before a marker")
    }

    @Test func `no more pixels than are shown`() throws {
        #expect(throws: AttachedFile.Refusal.tooManyPixels) { try cleaned(Photos.jpeg, pixels: 127) }
        #expect(try cleaned(Photos.jpeg, pixels: 128) == Photos.jpeg)
    }
}
