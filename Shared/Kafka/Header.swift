/// A header of a message, such as `ce_id`. Names may repeat; the order is kept.
package struct Header: Sendable, Equatable {
    package var name: String
    package var value: [UInt8]

    package init(_ name: String, _ value: [UInt8]) {
        self.name = name
        self.value = value
    }

    package init(_ name: String, _ value: String) {
        self.init(name, Array(value.utf8))
    }
}

/// The headers of a message in one piece of memory: a service reads thousands of messages a second, of which most concern it in no
/// more than two headers.
struct PackedHeaders: Sendable, Equatable {
    private var bytes: [UInt8] = []
    /// Where each name and each value ends.
    private var ends: [(name: Int32, value: Int32)] = []

    var size: Int { bytes.count }

    mutating func reserve(_ count: Int) {
        ends.reserveCapacity(count)
        bytes.reserveCapacity(count * 24)
    }

    mutating func append(name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer) {
        bytes.append(contentsOf: name)
        let name = Int32(clamping: bytes.count)
        bytes.append(contentsOf: value)
        ends.append((name, Int32(clamping: bytes.count)))
    }

    var all: [Header] {
        ends.indices.map { index in
            let (name, value) = place(index)
            return Header(String(decoding: bytes[name], as: UTF8.self), Array(bytes[value]))
        }
    }

    /// The first value of that name.
    func value(_ name: String) -> ArraySlice<UInt8>? {
        let index = ends.indices.first { bytes[place($0).name].elementsEqual(name.utf8) }
        return index.map { bytes[place($0).value] }
    }

    private func place(_ index: Int) -> (name: Range<Int>, value: Range<Int>) {
        let start = index == 0 ? 0 : Int(ends[index - 1].value)
        let (name, value) = (Int(ends[index].name), Int(ends[index].value))
        return (start..<name, name..<value)
    }

    static func == (a: PackedHeaders, b: PackedHeaders) -> Bool { a.all == b.all }
}
