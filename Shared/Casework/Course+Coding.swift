extension Course: Codable {
    private enum CodingKeys: String, CodingKey {
        case marks, source, isContactable, signed, returns, dispute, bound, asked, ends, extensions
        case fired, missed, reply, calls, rated, complaints, orders
    }

    /// What an older suite did not write yet is as it is at the beginning.
    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        func read<T: Decodable>(_ key: CodingKeys) throws -> T { try values.decode(T.self, forKey: key) }
        // Most courses hold three or four of these: to ask for each of them costs more than to look which there are.
        for key in values.allKeys where try !values.decodeNil(forKey: key) {
            switch key {
            case .marks: marks = try read(key)
            case .source: source = try read(key)
            case .isContactable: isContactable = try read(key)
            case .signed: signed = try read(key)
            case .returns: returns = try read(key)
            case .dispute: dispute = try read(key)
            case .bound: bound = try read(key)
            case .asked: asked = try read(key)
            case .ends: ends = try read(key)
            case .extensions: extensions = try read(key)
            case .fired: fired = try read(key)
            case .missed: missed = try read(key)
            case .reply: reply = try read(key)
            case .calls: calls = try read(key)
            case .rated: rated = try read(key)
            case .complaints: complaints = try read(key)
            case .orders: orders = try read(key)
            }
        }
    }

    private static let initial = Course()

    /// Only what differs from the beginning: most courses hold little, and every change of a case writes one.
    package func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        let initial = Self.initial
        func write<T: Encodable & Equatable>(_ key: CodingKeys, _ value: T, unless first: T) throws {
            if value != first { try values.encode(value, forKey: key) }
        }
        try write(.marks, marks, unless: initial.marks)
        try values.encodeIfPresent(source, forKey: .source)
        try write(.isContactable, isContactable, unless: initial.isContactable)
        try write(.signed, signed, unless: initial.signed)
        try write(.returns, returns, unless: initial.returns)
        try values.encodeIfPresent(dispute, forKey: .dispute)
        try values.encodeIfPresent(bound, forKey: .bound)
        try values.encodeIfPresent(asked, forKey: .asked)
        try write(.ends, ends, unless: initial.ends)
        try write(.extensions, extensions, unless: initial.extensions)
        try write(.fired, fired, unless: initial.fired)
        try write(.missed, missed, unless: initial.missed)
        try values.encodeIfPresent(reply, forKey: .reply)
        try write(.calls, calls, unless: initial.calls)
        try values.encodeIfPresent(rated, forKey: .rated)
        try write(.complaints, complaints, unless: initial.complaints)
        try write(.orders, orders, unless: initial.orders)
    }
}
