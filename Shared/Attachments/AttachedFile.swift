/// A file that somebody sent: judged by its content, never by its name, and without what says where and with what it was made.
package struct AttachedFile: Sendable, Equatable {
    /// Raw values are media types, as they stand in the table and in answers.
    package enum Kind: String, Sendable, CaseIterable {
        case jpeg = "image/jpeg"
        case png = "image/png"
        case webp = "image/webp"
        /// Taken as it is: see the README for what stays in it.
        case pdf = "application/pdf"

        package var isPhoto: Bool { self != .pdf }
    }

    /// Why a file is not taken.
    package enum Refusal: Error, Equatable {
        case empty
        /// None of the kinds that were allowed, whatever its name says.
        case otherKind
        /// It begins as one of the kinds and does not go on as one.
        case damaged
        /// More pixels than `pixels`: what a page would unpack it to could be a thousand times its bytes.
        case tooManyPixels
    }

    package let kind: Kind
    package let bytes: [UInt8]

    /// What may be attached, as a city sets it (`attachment…` in the table `setting`, where each number has its reason).
    package struct Bounds: Sendable, Equatable {
        /// Bytes of one file at most.
        package let bytes: Int
        /// Of one picture at most, width times height.
        package let pixels: Int
        /// Photos that a complainant may add to one case.
        package let ofComplainant: Int

        package init(bytes: Int, pixels: Int, ofComplainant: Int) {
            self.bytes = bytes
            self.pixels = pixels
            self.ofComplainant = ofComplainant
        }
    }

    package static let photos: Set<Kind> = [.jpeg, .png, .webp]

    /// - Parameters:
    ///   - raw: as it came.
    ///   - kinds: which are taken.
    ///   - pixels: width times height at most.
    package init(_ raw: [UInt8], of kinds: Set<Kind>, pixels: Int) throws(Refusal) {
        guard !raw.isEmpty else { throw .empty }
        guard let kind = Self.kind(of: raw), kinds.contains(kind) else { throw .otherKind }
        self.kind = kind
        bytes =
            switch kind {
            case .jpeg: try JPEG.cleaned(raw, pixels: pixels)
            case .png: try PNG.cleaned(raw, pixels: pixels)
            case .webp: try WebP.cleaned(raw, pixels: pixels)
            case .pdf: try PDF.checked(raw)
            }
    }

    /// As it was kept.
    package init(kept bytes: [UInt8], kind: Kind) {
        self.bytes = bytes
        self.kind = kind
    }

    private static func kind(of raw: [UInt8]) -> Kind? {
        if raw.starts(with: JPEG.start) { return .jpeg }
        if raw.starts(with: PNG.signature) { return .png }
        if raw.starts(with: "RIFF".utf8), raw.dropFirst(8).starts(with: "WEBP".utf8) { return .webp }
        return raw.starts(with: PDF.start) ? .pdf : nil
    }
}

extension AttachedFile.Refusal {
    /// - Throws: for a picture of nothing, and for one too large to be shown.
    static func check(width: Int, height: Int, pixels: Int) throws(AttachedFile.Refusal) {
        guard width > 0, height > 0 else { throw .damaged }
        let (product, overflow) = width.multipliedReportingOverflow(by: height)
        guard !overflow, product <= pixels else { throw .tooManyPixels }
    }
}
