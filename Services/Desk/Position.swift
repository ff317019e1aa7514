/// A moment between commits, as PostgreSQL writes a snapshot: `xmin:xmax:xip,xip…`. What was committed by then is on one side of
/// it, everything else on the other; so whoever goes on from there misses nothing and hears nothing twice.
///
/// It goes to browsers as the id of an event and comes back from them, so it is checked here as PostgreSQL would.
struct Position: Sendable, Hashable {
    let text: String

    /// `nil` for what PostgreSQL would not take as a snapshot.
    init?(_ text: String) {
        guard text.allSatisfy({ "0123456789:,".contains($0) }) else { return nil }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 3, let first = Int64(parts[0]), let next = Int64(parts[1]), 0 < first, first <= next else {
            return nil
        }
        var last = first - 1
        for part in parts[2].isEmpty ? [] : parts[2].split(separator: ",", omittingEmptySubsequences: false) {
            guard let underWay = Int64(part), underWay > last, underWay < next else { return nil }
            last = underWay
        }
        self.text = text
    }
}
