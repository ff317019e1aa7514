/// Which message of which send a delivery report is about. It travels through librdkafka as the message's opaque word,
/// so there is nothing to retain and nothing to leak: a report whose send is over finds nobody and is dropped.
struct Ticket: Hashable {
    /// Never zero, so that the word is never a null pointer.
    let send: UInt32
    let index: UInt32

    init(send: UInt32, index: UInt32) {
        self.send = send
        self.index = index
    }

    /// `nil` for a null word, which no message of ours carries.
    init?(_ word: UnsafeMutableRawPointer?) {
        guard let word else { return nil }
        let bits = UInt64(UInt(bitPattern: word))
        self.init(send: UInt32(truncatingIfNeeded: bits >> 32), index: UInt32(truncatingIfNeeded: bits))
    }

    var word: UnsafeMutableRawPointer? {
        UnsafeMutableRawPointer(bitPattern: UInt(UInt64(send) << 32 | UInt64(index)))
    }
}
