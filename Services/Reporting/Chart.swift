import Pages

/// Figures as bars. Each figure stands in a table too, so that nothing is told by bars alone.
enum Chart {
    /// Bars in a chart at most.
    private static let most = 20

    /// One bar each, the highest first; `nil` for none.
    /// - Parameters:
    ///   - full: the value of a bar that is as wide as the chart.
    static func bars(_ title: String, _ bars: [(name: String, value: Int)], full: Int) -> HTML? {
        let best = bars.sorted { $0.value > $1.value }.prefix(most)
        guard !best.isEmpty else { return nil }
        let lines = best.enumerated().map { index, bar -> HTML in
            let top = index * 28
            return """
                <text x="0" y="\(top + 11)" font-size="12">\(bar.name)</text>
                <rect x="0" y="\(top + 15)" width="\(max(1, bar.value * 600 / max(1, full)))" height="9" fill="#0b57a4"/>
                """
        }
        return """
            <h2>\(title)</h2>
            <svg class="chart" viewBox="0 0 600 \(best.count * 28)" role="img" aria-label="\(title)，由高到低">\(lines)</svg>
            """
    }

    /// One column each, in their order; without a value there is none.
    static func columns(_ title: String, _ columns: [(name: String, value: Int?)]) -> HTML? {
        guard let highest = columns.compactMap(\.value).max(), highest > 0 else { return nil }
        let width = 600 / max(1, columns.count)
        let lines = columns.enumerated().map { index, column -> HTML in
            let (left, height) = (index * width, (column.value ?? 0) * 130 / highest)
            return """
                <rect x="\(left + 6)" y="\(150 - height)" width="\(max(1, width - 12))" height="\(height)" fill="#0b57a4"/>
                <text x="\(left + width / 2)" y="\(144 - height)" font-size="14" text-anchor="middle">\
                \(column.value.map { "\($0)" } ?? "–")</text>
                <text x="\(left + width / 2)" y="164" font-size="14" text-anchor="middle">\(column.name)</text>
                """
        }
        return """
            <h2>\(title)</h2>
            <svg class="chart" viewBox="0 0 600 170" role="img" aria-label="\(title)，按时间先后">\(lines)</svg>
            """
    }
}
