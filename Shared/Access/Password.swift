/// Passwords that the suite makes up itself: shown once, kept nowhere but as a hash.
package enum Password {
    /// Without letters and digits that look alike.
    private static let alphabet = Array("23456789abcdefghjkmnpqrstuvwxyz")

    /// 99 random bits in five groups that can be read over the telephone: `k3vd-9wma-…`.
    package static func random() -> String {
        let groups = (0..<5).map { _ in String((0..<4).map { _ in alphabet[Int.random(in: 0..<alphabet.count)] }) }
        return groups.joined(separator: "-")
    }
}
