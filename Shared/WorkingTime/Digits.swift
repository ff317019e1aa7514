/// Numbers in texts that must be written just so (ASCII digits, no sign, no spaces), and division that rounds down.

extension BinaryInteger {
    /// With zeros before it until it has `width` digits.
    func padded(_ width: Int) -> String {
        let digits = String(self)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }

    /// The quotient rounded down and a remainder of 0 or more, also for negative numbers, where `/` rounds towards zero.
    /// `divisor` is positive.
    func divided(by divisor: Self) -> (quotient: Self, remainder: Self) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}

extension Collection<UInt8> {
    /// The number that 1 to 9 ASCII digits write; `nil` for anything else.
    var decimal: Int? {
        guard (1...9).contains(count) else { return nil }
        return reduce(0 as Int?) { sum, byte in
            guard let sum, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
            return sum * 10 + Int(byte - UInt8(ascii: "0"))
        }
    }
}
