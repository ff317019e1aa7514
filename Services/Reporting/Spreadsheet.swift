import HTTP

/// Tables as files that a spreadsheet opens: CSV by RFC 4180 in UTF-8, with the byte-order mark without which Chinese
/// text comes out garbled.
enum Spreadsheet {
    /// What makes a spreadsheet take a field for a formula; the wide forms of Chinese keyboards are taken for the same.
    private static let dangerous: Set<Unicode.Scalar> = [
        "=", "+", "-", "@", "\t", "\r", "\n", "\u{FF1D}", "\u{FF0B}", "\u{FF0D}", "\u{FF20}",
    ]

    static func csv(_ rows: [[String]]) -> [UInt8] {
        var text = "\u{FEFF}"
        for row in rows { text += row.map(field).joined(separator: ",") + "\r\n" }
        return Array(text.utf8)
    }

    /// A field that could be a formula gets an apostrophe before it, by which spreadsheets mark what is text.
    private static func field(_ text: String) -> String {
        let safe = text.unicodeScalars.first.map(dangerous.contains) == true ? "'" + text : text
        let mustQuote = safe.unicodeScalars.contains { [",", "\"", "\n", "\r"].contains($0) }
        return mustQuote ? "\"" + safe.replacing("\"", with: "\"\"") + "\"" : safe
    }
}

extension Spreadsheet {
    /// A report as a file of its own.
    static func answer(_ report: RatesReport, title: (String) -> String) -> Response {
        let name = "rates-by-\(report.grouping.rawValue)-\(report.period.from)-\(report.period.to).csv"
        return answer(RatesTable(report, title: title).rows, name: name, headers: ["Cache-Control": "no-store"])
    }

    static func answer(_ rows: [[String]], name: String, headers: Headers) -> Response {
        var headers = headers
        headers["Content-Disposition"] = "attachment; filename=\"\(name)\""
        return Response(status: 200, type: "text/csv; charset=utf-8", headers: headers, body: csv(rows))
    }
}
