/// Finds many words in a text at once, whatever their number: the automaton of Aho and Corasick over UTF-8.
///
/// Time is linear in the text plus the matches, so no text from outside can make it slow. Matches may overlap and lie
/// inside each other; whoever wants only the longest filters. ASCII letters match in either case.
package struct WordFinder: Sendable {
    /// One occurrence. Positions count Unicode scalars from 0; `end` is one past the last.
    package struct Match: Sendable, Equatable {
        /// Position of the word in the list given to `init`.
        package var word: Int
        package var start: Int
        package var end: Int

        package init(word: Int, start: Int, end: Int) {
            self.word = word
            self.start = start
            self.end = end
        }
    }

    /// Bytes that occur in no word share class 0, which always leads back to the start.
    private let classes: [UInt8]
    private let classCount: Int
    /// Next state by state and class; a complete table, so a byte costs one look-up.
    private let next: [Int32]
    /// The word that ends in a state, or -1.
    private let ending: [Int32]
    /// The next shorter end of the same text: first state on the way of failure in which a word ends, or 0.
    private let shorter: [Int32]
    /// A state from which `ending` or `shorter` has something to say.
    private let speaks: [Bool]
    /// Length of each word in scalars.
    private let lengths: [Int32]

    /// Words must differ from each other (but for the case of ASCII letters the later of two equal ones is never
    /// found); empty ones are never found. About 0.5 KB a word of three characters.
    package init(_ words: [String]) {
        var classes = [UInt8](repeating: 0, count: 256)
        var used: UInt8 = 0
        let spelled = words.map { $0.utf8.map(Self.folded) }
        for byte in spelled.joined() where classes[Int(byte)] == 0 {
            used += 1  // at most 244 of the 256 bytes occur in UTF-8
            classes[Int(byte)] = used
        }
        for letter in UInt8(ascii: "A")...UInt8(ascii: "Z") {
            classes[Int(letter)] = classes[Int(Self.folded(letter))]
        }
        let width = Int(used) + 1
        var trie = Trie(width: width)
        for (index, bytes) in spelled.enumerated() where !bytes.isEmpty {
            trie.add(bytes.map { Int(classes[Int($0)]) }, as: Int32(index))
        }
        trie.close()
        self.classes = classes
        classCount = width
        next = trie.next
        ending = trie.ending
        shorter = trie.shorter
        speaks = trie.next.isEmpty ? [] : zip(trie.ending, trie.shorter).map { $0 >= 0 || $1 > 0 }
        lengths = words.map { Int32($0.unicodeScalars.count) }
    }

    /// Calls `body` for every occurrence, in order of their ends, the longest first where several end together.
    package func forEachMatch(in text: String, _ body: (Match) -> Void) {
        var text = text
        text.withUTF8 { bytes in
            classes.withUnsafeBufferPointer { classes in
                next.withUnsafeBufferPointer { next in
                    scan(bytes, classes: classes, next: next, body)
                }
            }
        }
    }

    /// Every occurrence, in the order of `forEachMatch`.
    package func matches(in text: String) -> [Match] {
        var found: [Match] = []
        forEachMatch(in: text) { found.append($0) }
        return found
    }

    private func scan(
        _ bytes: UnsafeBufferPointer<UInt8>, classes: UnsafeBufferPointer<UInt8>, next: UnsafeBufferPointer<Int32>,
        _ body: (Match) -> Void
    ) {
        var state = 0
        var scalars = 0
        for byte in bytes {
            if byte & 0xC0 != 0x80 { scalars += 1 }
            state = Int(next[state * classCount + Int(classes[Int(byte)])])
            // A state that speaks is the end of a word, so of a scalar too: `scalars` already counts it.
            guard speaks[state] else { continue }
            var end = state
            while true {
                let word = Int(ending[end])
                if word >= 0 { body(Match(word: word, start: scalars - Int(lengths[word]), end: scalars)) }
                end = Int(shorter[end])
                guard end > 0 else { break }
            }
        }
    }

    private static func folded(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte + 32 : byte
    }
}

/// The words as a tree of byte classes, turned into a complete automaton by `close`.
private struct Trie {
    let width: Int
    var next: [Int32]
    var ending: [Int32] = [-1]
    var shorter: [Int32] = [0]

    init(width: Int) {
        self.width = width
        next = [Int32](repeating: 0, count: width)
    }

    mutating func add(_ path: [Int], as word: Int32) {
        var state = 0
        for step in path {
            if next[state * width + step] == 0 {
                next[state * width + step] = Int32(ending.count)
                next.append(contentsOf: repeatElement(0, count: width))
                ending.append(-1)
                shorter.append(0)
            }
            state = Int(next[state * width + step])
        }
        if ending[state] < 0 { ending[state] = word }
    }

    /// Breadth first: where a state has no child, take what the longest proper suffix of its text would do.
    mutating func close() {
        var failure = [Int32](repeating: 0, count: ending.count)
        var queue = (0..<width).map { Int(next[$0]) }.filter { $0 > 0 }
        var at = 0
        while at < queue.count {
            let state = queue[at]
            at += 1
            let fallback = Int(failure[state])
            shorter[state] = ending[fallback] >= 0 ? Int32(fallback) : shorter[fallback]
            for step in 0..<width {
                let (own, theirs) = (next[state * width + step], next[fallback * width + step])
                if own == 0 {
                    next[state * width + step] = theirs
                } else {
                    failure[Int(own)] = theirs
                    queue.append(Int(own))
                }
            }
        }
    }
}
