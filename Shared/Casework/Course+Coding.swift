extension Course: Codable {
    private enum CodingKeys: String, CodingKey {
        case marks, source, isContactable, signed, returns, dispute, asked, ends, extensions
        case fired, missed, reply, calls, rated, complaints, orders
    }

    /// What an older suite did not write yet is as it is at the beginning.
    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        func read<T: Decodable>(_ key: CodingKeys, into value: inout T) throws {
            if let found = try values.decodeIfPresent(T.self, forKey: key) { value = found }
        }
        try read(.marks, into: &marks)
        source = try values.decodeIfPresent(String.self, forKey: .source)
        try read(.isContactable, into: &isContactable)
        try read(.signed, into: &signed)
        try read(.returns, into: &returns)
        dispute = try values.decodeIfPresent(Int.self, forKey: .dispute)
        asked = try values.decodeIfPresent(ExtensionAsked.self, forKey: .asked)
        try read(.ends, into: &ends)
        try read(.extensions, into: &extensions)
        try read(.fired, into: &fired)
        try read(.missed, into: &missed)
        reply = try values.decodeIfPresent(Replied.self, forKey: .reply)
        try read(.calls, into: &calls)
        rated = try values.decodeIfPresent(Rated.self, forKey: .rated)
        try read(.complaints, into: &complaints)
        try read(.orders, into: &orders)
    }

    /// Only what differs from the beginning: most courses hold little, and every change of a case writes one.
    package func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        let initial = Course()
        func write<T: Encodable & Equatable>(_ key: CodingKeys, _ value: T, unless first: T) throws {
            if value != first { try values.encode(value, forKey: key) }
        }
        try write(.marks, marks, unless: initial.marks)
        try values.encodeIfPresent(source, forKey: .source)
        try write(.isContactable, isContactable, unless: initial.isContactable)
        try write(.signed, signed, unless: initial.signed)
        try write(.returns, returns, unless: initial.returns)
        try values.encodeIfPresent(dispute, forKey: .dispute)
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
