/// Reads PostgreSQL's text form of a one-dimensional array: `{1,NULL,"a \"quoted\" text"}`.
struct ArrayLiteral {
    private let text: UnsafeBufferPointer<UInt8>
    private var position = 0

    init(_ text: UnsafeBufferPointer<UInt8>) {
        self.text = text
    }

    /// Gives each element's text, nil for NULL, to `element`; nil when the text is no such array or an element is
    /// refused.
    mutating func read<Element>(_ element: (UnsafeBufferPointer<UInt8>?) -> Element?) -> [Element]? {
        guard take("{") else { return nil }
        var elements: [Element] = []
        if take("}") { return position == text.count ? elements : nil }
        repeat {
            guard let value = peek("\"") ? quoted(element) : bare(element) else { return nil }
            elements.append(value)
        } while take(",")
        return take("}") && position == text.count ? elements : nil
    }

    private mutating func bare<Element>(_ element: (UnsafeBufferPointer<UInt8>?) -> Element?) -> Element? {
        let start = position
        while position < text.count, !peek(","), !peek("}") {
            // An unquoted brace opens an inner dimension, which is not read here.
            if peek("{") { return nil }
            position += 1
        }
        let value = UnsafeBufferPointer(rebasing: text[start..<position])
        return element(value.elementsEqual("NULL".utf8) ? nil : value)
    }

    private mutating func quoted<Element>(_ element: (UnsafeBufferPointer<UInt8>?) -> Element?) -> Element? {
        position += 1
        var value: [UInt8] = []
        while position < text.count, !peek("\"") {
            if peek("\\") { position += 1 }
            guard position < text.count else { return nil }
            value.append(text[position])
            position += 1
        }
        guard take("\"") else { return nil }
        return value.withUnsafeBufferPointer { element($0) }
    }

    private func peek(_ character: Unicode.Scalar) -> Bool {
        position < text.count && text[position] == UInt8(ascii: character)
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard peek(character) else { return false }
        position += 1
        return true
    }
}
