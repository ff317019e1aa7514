/// Which way up a picture is to be shown: the one thing of Exif that stays (CIPA DC-008, tag 0x0112).
struct Orientation: Equatable {
    /// 2…8; 1 is how a picture lies without it.
    let value: UInt8

    /// - Parameter tiff: what follows `Exif\0\0`.
    /// - Returns: `nil` if there is none, it is 1, or it cannot be found.
    init?(_ tiff: [UInt8]) {
        let isLittle = tiff.has("II", at: 0)
        guard isLittle || tiff.has("MM", at: 0) else { return nil }
        func number(_ place: Int, _ count: Int) -> Int? {
            isLittle ? tiff.littleEndian(place, count) : tiff.bigEndian(place, count)
        }
        guard number(2, 2) == 42, let directory = number(4, 4), let count = number(directory, 2) else { return nil }
        for entry in 0..<count {
            let place = directory + 2 + entry * 12
            guard let tag = number(place, 2), let type = number(place + 2, 2), let value = number(place + 8, 2) else {
                return nil
            }
            if tag == 0x0112 {
                guard type == 3, (2...8).contains(value) else { return nil }
                self.value = UInt8(value)
                return
            }
        }
        return nil
    }

    /// A whole segment of a JPEG that says this and nothing else.
    var segment: [UInt8] {
        [0xFF, 0xE1, 0, 34] + Array("Exif\0\0MM\0*".utf8) + [
            0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, value, 0, 0,
        ]
            + [0, 0, 0, 0]
    }
}
