import JSON

/// One thing measured, and what it should be.
struct BenchFigure: Sendable {
    enum Target: Sendable {
        /// At least so much of the machine's limit.
        case share(Double)
        case atLeast(Double)
        case atMost(Double)
        /// No further from the first than the second.
        case near(Double, by: Double)
    }

    let name: String
    let measured: Double
    let unit: String
    /// What the machine itself does, measured in the same run: commits of bare inserts a second.
    var limit: Double?
    let target: Target

    var ratio: Double? { limit.map { measured / $0 } }

    var isMet: Bool {
        switch target {
        case .share(let least): (ratio ?? 0) >= least
        case .atLeast(let least): measured >= least
        case .atMost(let most): measured <= most
        case .near(let wanted, let distance): abs(measured - wanted) <= distance
        }
    }

    var json: JSON {
        var members: JSONObject = ["figure": .string(name), "measured": .double(measured), "unit": .string(unit)]
        if let limit, let ratio {
            members["limit"] = .double(limit)
            members["ratio"] = .double(ratio)
        }
        switch target {
        case .share(let least): members["ratio_at_least"] = .double(least)
        case .atLeast(let least): members["at_least"] = .double(least)
        case .atMost(let most): members["at_most"] = .double(most)
        case .near(let wanted, let distance):
            members["near"] = .double(wanted)
            members["by"] = .double(distance)
        }
        members["met"] = .bool(isMet)
        return .object(members)
    }

    /// All figures as one table.
    static func table(_ figures: [BenchFigure]) -> String {
        let rows = figures.map { figure in
            [
                figure.name, number(figure.measured) + " " + figure.unit, figure.limit.map { number($0) + "/s" } ?? "",
                figure.ratio.map { hundredths($0) } ?? "", figure.targetText, figure.isMet ? "ok" : "NOT",
            ]
        }
        let all = [["figure", "measured", "limit", "ratio", "target", ""]] + rows
        let widths = all[0].indices.map { column in all.map { $0[column].count }.max() ?? 0 }
        return all.map { row in
            var line = ""
            for (column, cell) in row.enumerated() {
                let padding = String(repeating: " ", count: widths[column] - cell.count)
                line += column == 0 || column == 5 ? cell + padding + "  " : padding + cell + "  "
            }
            return String(line.reversed().drop { $0 == " " }.reversed())
        }.joined(separator: "\n")
    }

    private var targetText: String {
        switch target {
        case .share(let least): "≥ \(Self.hundredths(least)) × limit"
        case .atLeast(let least): "≥ \(Self.number(least))"
        case .atMost(let most): "≤ \(Self.number(most))"
        case .near(let wanted, let distance): "\(Self.number(wanted)) ± \(Self.number(distance))"
        }
    }

    /// Two digits behind the point below ten, none above, and a comma after thousands.
    static func number(_ value: Double) -> String {
        guard value.isFinite else { return "–" }
        if value < 10 { return hundredths(value) }
        let digits = String(Int(value.rounded()))
        var text = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { text += "," }
            text.append(digit)
        }
        return text
    }

    private static func hundredths(_ value: Double) -> String {
        let hundred = Int((value * 100).rounded())
        return "\(hundred / 100).\(hundred % 100 < 10 ? "0" : "")\(hundred % 100)"
    }
}
