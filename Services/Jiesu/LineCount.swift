/// Counts lines that end in LF, CRLF or CR.
struct LineCount {
    /// From 1.
    private(set) var current = 1
    private var isAfterCR = false

    mutating func pass(_ byte: UInt8) {
        if byte == UInt8(ascii: "\r") || byte == UInt8(ascii: "\n") && !isAfterCR { current += 1 }
        isAfterCR = byte == UInt8(ascii: "\r")
    }
}
