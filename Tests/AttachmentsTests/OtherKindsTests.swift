import Attachments
import Support
import Testing

/// Photos as PNG and WebP, papers as PDF, and everything else.
struct OtherKindsTests {
    private func chunk(_ type: String, _ content: [UInt8], length: Int? = nil) -> [UInt8] {
        let length = UInt32(length ?? content.count)
        return (0..<4).map { UInt8(truncatingIfNeeded: length >> (24 - 8 * $0)) } + Array(type.utf8) + content + [
            0, 0, 0, 0,
        ]
    }

    /// The PNG with something behind its header.
    private func with(_ chunks: [UInt8]) -> [UInt8] { Array(Photos.png.prefix(33)) + chunks + Photos.png.dropFirst(33) }

    @Test(arguments: [
        ("tEXt", false), ("iTXt", false), ("zTXt", false), ("eXIf", false), ("tIME", false), ("acTL", false),
        ("prVt", false),
        ("gAMA", true), ("pHYs", true), ("iCCP", true),
    ])
    func `of a PNG's chunks those stay that make the picture`(type: String, stays: Bool) throws {
        let raw = with(chunk(type, Array("GPS".utf8)))
        #expect(try cleaned(raw + Array("behind".utf8)) == (stays ? raw : Photos.png))
    }

    @Test func `a PNG that is cut short, lies about lengths or has another order is refused`() throws {
        #expect(try cleaned(Photos.png) == Photos.png)
        for end in 8..<Photos.png.count {
            #expect(throws: AttachedFile.Refusal.damaged, "\(end)") { try cleaned(Array(Photos.png.prefix(end))) }
        }
        let hostile = [
            chunk("tEXt", [1], length: 0xFFFF_FFFF), chunk("tEXt", [1], length: 0x7FFF_FFFF), chunk("IHDR", [0]),
            chunk("XXXX", [0]), chunk("IEND", []),
        ]
        for chunks in hostile { #expect(throws: AttachedFile.Refusal.damaged) { try cleaned(with(chunks)) } }
        let many = [[UInt8]](repeating: chunk("tEXt", [1]), count: 50_000).flatMap(\.self)
        #expect(try cleaned(with(many)) == Photos.png)
        #expect(throws: AttachedFile.Refusal.tooManyPixels) { try cleaned(Photos.png, pixels: 127) }
        var bomb = Photos.png
        bomb.replaceSubrange(16..<24, with: [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF])
        #expect(throws: AttachedFile.Refusal.tooManyPixels) { try cleaned(bomb) }
    }

    private func webP(_ chunks: [UInt8]) -> [UInt8] {
        let size = UInt32(chunks.count + 4)
        return Array("RIFF".utf8) + (0..<4).map { UInt8(truncatingIfNeeded: size >> (8 * $0)) } + Array("WEBP".utf8)
            + chunks
    }

    private func extended(flags: UInt8) -> [UInt8] {
        Array("VP8X".utf8) + [10, 0, 0, 0, flags, 0, 0, 0, 15, 0, 0, 7, 0, 0]
    }

    @Test func `of a WebP Exif, XMP and what nobody knows go; a moving one is refused`() throws {
        #expect(try cleaned(Photos.webp) == Photos.webp)
        #expect(try cleaned(Photos.losslessWebP) == Photos.losslessWebP)
        let picture = Array(Photos.webp.dropFirst(12))
        let extras = ["EXIF", "XMP ", "ABCD"].flatMap { name -> [UInt8] in
            Array(name.utf8) + [3, 0, 0, 0] + Array("GPS\0".utf8)
        }
        let colour = Array("ICCP".utf8) + [1, 0, 0, 0, 7, 0]
        let raw = webP(extended(flags: 0x2C) + colour + picture + extras)
        #expect(try cleaned(raw + [1, 2, 3]) == webP(extended(flags: 0x20) + colour + picture))
        for moving in [extended(flags: 0x02) + picture, extended(flags: 0) + Array("ANMF".utf8) + [0, 0, 0, 0]] {
            #expect(throws: AttachedFile.Refusal.damaged) { try cleaned(webP(moving)) }
        }
        #expect(throws: AttachedFile.Refusal.damaged) { try cleaned(webP(extras)) }
        for end in 12..<Photos.webp.count {
            #expect(throws: AttachedFile.Refusal.damaged, "\(end)") { try cleaned(Array(Photos.webp.prefix(end))) }
        }
        #expect(throws: AttachedFile.Refusal.damaged) {
            try cleaned(webP(Array("EXIF".utf8) + [0xFF, 0xFF, 0xFF, 0xFF]))
        }
        for photo in [Photos.webp, Photos.losslessWebP, raw] {
            #expect(throws: AttachedFile.Refusal.tooManyPixels) { try cleaned(photo, pixels: 127) }
        }
    }

    @Test func `a PDF is taken as it is, where papers are allowed`() throws {
        #expect(throws: AttachedFile.Refusal.otherKind) { try cleaned(Photos.pdf) }
        let paper = try AttachedFile(Photos.pdf, of: [.pdf], pixels: 0)
        #expect(paper.kind == .pdf && paper.bytes == Photos.pdf)
        #expect(throws: AttachedFile.Refusal.damaged) {
            try AttachedFile(Array("%PDF-1.4".utf8), of: [.pdf], pixels: 0)
        }
        #expect(throws: AttachedFile.Refusal.otherKind) { try AttachedFile([1] + Photos.pdf, of: [.pdf], pixels: 0) }
    }

    @Test(arguments: [
        "<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "<!DOCTYPE html><script>", "GIF89a", "BM",
        "PK\u{3}\u{4}",
        "MZ", "\u{7F}ELF", "RIFF\0\0\0\0WAVE", "RIFF", "WEBP", "\0\0\0\u{18}ftypheic", "II*\0", "photo.jpg", " ",
    ])
    func `whatever else it is, it is refused by its content`(text: String) {
        #expect(throws: AttachedFile.Refusal.otherKind) { try cleaned(Array(text.utf8)) }
    }

    @Test func `of two files in one only the picture is left`() throws {
        for photo in [Photos.jpeg, Photos.png, Photos.webp] {
            for other in [Photos.pdf, Array("<script>alert(1)</script>".utf8), Array("PK\u{3}\u{4}".utf8)] {
                #expect(try cleaned(photo + other) == photo)
            }
        }
    }

    @Test func `no bytes whatever bring it down`() {
        var chance = SeededGenerator()
        for sample in [
            Photos.fromTelephone(), Photos.progressive, Photos.png, Photos.webp, Photos.losslessWebP, Photos.pdf,
        ] {
            for _ in 0..<500 {
                var raw = sample
                for _ in 0..<Int.random(in: 1...8, using: &chance) {
                    raw[Int.random(in: 0..<raw.count, using: &chance)] = .random(in: 0...255, using: &chance)
                }
                if Bool.random(using: &chance) { raw.removeLast(Int.random(in: 0..<raw.count, using: &chance)) }
                let photo = try? AttachedFile(raw, of: Set(AttachedFile.Kind.allCases), pixels: 1_000_000)
                #expect((photo?.bytes.count ?? 0) <= raw.count + 36, "seed \(chance.seed)")
            }
        }
    }
}
