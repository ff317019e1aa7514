/// The members of a JSON object in the order in which they were written; every key stands once.
///
/// Few keys are searched one after the other, which is faster than hashing them; more get an index, so that an object
/// of a hundred thousand keys from a stranger costs no quadratic time.
package struct JSONObject: Sendable {
    package typealias Member = (key: String, value: JSON)

    private static let mostSearchedInTurn = 16

    private var members: [Member] = []
    /// Position of each key; filled only above `mostSearchedInTurn` members.
    private var index: [String: Int] = [:]

    package init() {}

    /// Adds `value` at the end. Returns false, and changes nothing, if the key is there already.
    package mutating func append(_ value: JSON, for key: String) -> Bool {
        guard position(of: key) == nil else { return false }
        members.append((key, value))
        if !index.isEmpty {
            index[key] = members.count - 1
        } else if members.count > Self.mostSearchedInTurn {
            index.reserveCapacity(members.count * 2)
            for (position, member) in members.enumerated() { index[member.key] = position }
        }
        return true
    }

    /// The value of `key`. Setting replaces in place or adds at the end; setting `nil` removes.
    package subscript(key: String) -> JSON? {
        get { position(of: key).map { members[$0].value } }
        set {
            switch (position(of: key), newValue) {
            case (let position?, let value?): members[position].value = value
            case (nil, let value?): _ = append(value, for: key)
            case (let position?, nil):
                members.remove(at: position)
                let rest = members
                self = JSONObject()
                for member in rest { _ = append(member.value, for: member.key) }
            case (nil, nil): break
            }
        }
    }

    /// The keys in their order.
    package var keys: [String] { members.map(\.key) }

    private func position(of key: String) -> Int? {
        index.isEmpty ? members.firstIndex { $0.key == key } : index[key]
    }
}

extension JSONObject: RandomAccessCollection {
    package var startIndex: Int { 0 }
    package var endIndex: Int { members.count }
    package subscript(position: Int) -> Member { members[position] }
}

extension JSONObject: Equatable {
    package static func == (a: JSONObject, b: JSONObject) -> Bool {
        a.count == b.count && a.allSatisfy { b[$0.key] == $0.value }
    }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
    /// A key written twice is a mistake in our source and traps.
    package init(dictionaryLiteral members: (String, JSON)...) {
        for (key, value) in members {
            precondition(append(value, for: key), "the key \(key) stands twice in a literal")
        }
    }
}
