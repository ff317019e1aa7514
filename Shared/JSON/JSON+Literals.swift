extension JSON: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByFloatLiteral, ExpressibleByStringInterpolation, ExpressibleByArrayLiteral,
    ExpressibleByDictionaryLiteral
{
    package init(nilLiteral: ()) { self = .null }
    package init(booleanLiteral truth: Bool) { self = .bool(truth) }
    package init(integerLiteral number: Int64) { self = .int(number) }
    package init(floatLiteral number: Double) { self = .double(number) }
    package init(stringLiteral text: String) { self = .string(text) }
    package init(arrayLiteral elements: JSON...) { self = .array(elements) }

    /// A key written twice is a mistake in our source and traps.
    package init(dictionaryLiteral members: (String, JSON)...) {
        var object = JSONObject()
        for (key, value) in members {
            precondition(object.append(value, for: key), "the key \(key) stands twice in a literal")
        }
        self = .object(object)
    }
}
