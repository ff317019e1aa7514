/// Reading numbers out of a stranger's bytes: nothing here traps, whatever the place or the length.
extension [UInt8] {
    /// `nil` beyond the end.
    func byte(_ place: Int) -> Int? { indices.contains(place) ? Int(self[place]) : nil }

    /// Unsigned, of `count` bytes (1…4), most significant first.
    func bigEndian(_ place: Int, _ count: Int) -> Int? {
        guard place >= 0, place <= self.count - count else { return nil }
        return self[place..<place + count].reduce(0) { $0 << 8 | Int($1) }
    }

    /// Unsigned, of `count` bytes (1…4), least significant first.
    func littleEndian(_ place: Int, _ count: Int) -> Int? {
        guard place >= 0, place <= self.count - count else { return nil }
        return self[place..<place + count].reversed().reduce(0) { $0 << 8 | Int($1) }
    }

    /// Whether `text` stands at `place`.
    func has(_ text: StaticString, at place: Int) -> Bool {
        place >= 0 && place <= count - text.utf8CodeUnitCount
            && self[place..<place + text.utf8CodeUnitCount].elementsEqual(
                UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }
}
