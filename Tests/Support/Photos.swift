import Foundation

/// Small pictures as files, made with Pillow for these tests: 16 × 8 pixels of a gradient.
package enum Photos {
    package static let jpeg = bytes(
        """
        /9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAA0JCgsKCA0LCgsODg0PEyAVExISEyccHhcgLikxMC4pLSwzOko+MzZGNywtQFdBRkxO\
        UlNSMj5aYVpQYEpRUk//2wBDAQ4ODhMREyYVFSZPNS01T09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09P\
        T09PT09PT0//wAARCAAIABADASIAAhEBAxEB/8QAHwAAAQUBAQEBAQEAAAAAAAAAAAECAwQFBgcICQoL/8QAtRAAAgEDAwIEAwUF\
        BAQAAAF9AQIDAAQRBRIhMUEGE1FhByJxFDKBkaEII0KxwRVS0fAkM2JyggkKFhcYGRolJicoKSo0NTY3ODk6Q0RFRkdISUpTVFVW\
        V1hZWmNkZWZnaGlqc3R1dnd4eXqDhIWGh4iJipKTlJWWl5iZmqKjpKWmp6ipqrKztLW2t7i5usLDxMXGx8jJytLT1NXW19jZ2uHi\
        4+Tl5ufo6erx8vP09fb3+Pn6/8QAHwEAAwEBAQEBAQEBAQAAAAAAAAECAwQFBgcICQoL/8QAtREAAgECBAQDBAcFBAQAAQJ3AAEC\
        AxEEBSExBhJBUQdhcRMiMoEIFEKRobHBCSMzUvAVYnLRChYkNOEl8RcYGRomJygpKjU2Nzg5OkNERUZHSElKU1RVVldYWVpjZGVm\
        Z2hpanN0dXZ3eHl6goOEhYaHiImKkpOUlZaXmJmaoqOkpaanqKmqsrO0tba3uLm6wsPExcbHyMnK0tPU1dbX2Nna4uPk5ebn6Onq\
        8vP09fb3+Pn6/9oADAMBAAIRAxEAPwDJtfD/AE+T9K2LXw/0+T9KKKiviqvc58qxtbTU/9k=
        """)
    package static let progressive = bytes(
        """
        /9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAA0JCgsKCA0LCgsODg0PEyAVExISEyccHhcgLikxMC4pLSwzOko+MzZGNywtQFdBRkxO\
        UlNSMj5aYVpQYEpRUk//2wBDAQ4ODhMREyYVFSZPNS01T09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09P\
        T09PT09PT0//wgARCAAIABADASIAAhEBAxEB/8QAFQABAQAAAAAAAAAAAAAAAAAAAAT/xAAVAQEBAAAAAAAAAAAAAAAAAAACA//a\
        AAwDAQACEAMQAAABksDP/8QAFhAAAwAAAAAAAAAAAAAAAAAAAAIE/9oACAEBAAEFAlnFnP/EABcRAAMBAAAAAAAAAAAAAAAAAAAC\
        AwT/2gAIAQMBAT8By2c//8QAFhEBAQEAAAAAAAAAAAAAAAAAAgAD/9oACAECAQE/AXqr/8QAFBABAAAAAAAAAAAAAAAAAAAAEP/a\
        AAgBAQAGPwI//8QAFRABAQAAAAAAAAAAAAAAAAAAAGH/2gAIAQEAAT8hkk//2gAMAwEAAgADAAAAEAv/xAAVEQEBAAAAAAAAAAAA\
        AAAAAAAhAP/aAAgBAwEBPxAzf//EABURAQEAAAAAAAAAAAAAAAAAAABR/9oACAECAQE/ELX/xAAWEAADAAAAAAAAAAAAAAAAAAAA\
        McH/2gAIAQEAAT8QRIiT/9k=
        """)
    package static let png = bytes(
        """
        iVBORw0KGgoAAAANSUhEUgAAABAAAAAICAIAAAB/FOjAAAAAGklEQVR4nGNkYGgQYGAgHrEwyDGQBEY1EAMA0lICYMjS3y0AAAAA\
        SUVORK5CYII=
        """)
    package static let webp = bytes(
        """
        UklGRkYAAABXRUJQVlA4IDoAAADQAQCdASoQAAgAAsBMJbACdAEOuwWOAAD+9KDeprNtOCzopDZPbqFJEiu7d1oKv9gRy0/5W/l5\
        8AAA
        """)
    /// Coded without loss.
    package static let losslessWebP = bytes(
        """
        UklGRioAAABXRUJQVlA4TB4AAAAvD8ABALmM6H/sIqL/ASEBYYn/TyV9IAYwJgCpyg4=
        """)

    /// The JPEG as a telephone writes it: Exif with a place and, if given, which way up; and a picture behind the picture.
    package static func fromTelephone(orientation: UInt8? = 6) -> [UInt8] {
        let turned: [UInt8] = orientation.map { [0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, $0, 0, 0] } ?? []
        let entries = turned + [0x88, 0x25, 0, 4, 0, 0, 0, 1, 0, 0, 0, 38]
        let exif =
            Array("Exif\0\0MM\0*".utf8) + [0, 0, 0, 8, 0, UInt8(entries.count / 12)] + entries
            + Array("GPSLatitude 31.2304 N, made with SecretPhone".utf8)
        return Array(jpeg.prefix(20)) + segment(0xE1, exif) + segment(0xFE, Array("SecretPhone comment".utf8))
            + jpeg.dropFirst(20) + Array("SecretPhone trailer".utf8) + jpeg
    }

    /// A segment of a JPEG.
    package static func segment(_ marker: UInt8, _ content: [UInt8]) -> [UInt8] {
        [0xFF, marker, UInt8((content.count + 2) >> 8), UInt8((content.count + 2) & 0xFF)] + content
    }

    package static let pdf = Array("%PDF-1.4\n1 0 obj <</Title (SecretAuthor)>> endobj\ntrailer <<>>\n%%EOF\n".utf8)

    private static func bytes(_ base64: String) -> [UInt8] {
        guard let data = Data(base64Encoded: base64) else { preconditionFailure("a sample is no base64") }
        return Array(data)
    }
}
