import Kafka

/// What one round of the relay sends, what it holds back, and what follows from the answers. Pure.
struct RelayRound {
    /// What became of a round.
    struct Outcome {
        /// Rows to delete that were waiting.
        var delivered: [Int64] = []
        /// Rows to delete that were set aside, all of the topic that was tried again.
        var deliveredAside: [Int64] = []
        /// Rows to set aside.
        var setAside: [Int64] = []
        /// Topics that are not for us, and what was heard of each last: waiting alone does not help, and other topics
        /// are not concerned.
        var refused: [String: KafkaError] = [:]
        /// Why the producer is of no more use.
        var failure: KafkaError?
    }

    /// First what was set aside of the topic that is tried again, then what waits.
    let sent: [OutboxBatch.Entry]
    /// The topic that is tried again.
    let tried: String?
    /// Nothing of it is set aside beyond what is sent here; so what waits for it goes along, behind.
    let opens: Bool
    private let aside: Int
    /// Rows that wait for a topic that refuses.
    private let held: [Int64]

    /// - Parameter aside: what is set aside of the topic that is due; it stays so if the topic was not seen.
    init(aside: OutboxBatch, waiting: OutboxBatch, topics: RelayTopics) {
        let again = aside.entries.filter { topics.isSeen($0.topic) }
        let tried = again.first?.topic
        let opens = tried != nil && aside.isWhole
        let goes = { (entry: OutboxBatch.Entry) in
            !topics.refuses(entry.topic) || (opens && entry.topic == tried)
        }
        self.tried = tried
        self.opens = opens
        self.aside = again.count
        sent = again + waiting.entries.filter(goes)
        held = waiting.entries.filter { !goes($0) }.map(\.id)
    }

    /// - Parameter errors: of each message sent; `nil`: acknowledged.
    func outcome(_ errors: [KafkaError?]) -> Outcome {
        var outcome = Outcome(setAside: held)
        for case (let entry, let error?) in zip(sent, errors) {
            if error.isRetriable || error.isFatal {
                outcome.failure = outcome.failure ?? error
            } else {
                outcome.refused[entry.topic] = error
            }
        }
        for (index, entry) in sent.enumerated() {
            switch (errors[index], index < aside) {
            case (nil, true): outcome.deliveredAside.append(entry.id)
            case (nil, false): outcome.delivered.append(entry.id)
            case (_, true): break
            // Also what failed otherwise: none of a topic's rows may wait while older ones are set aside.
            case (_, false): if outcome.refused[entry.topic] != nil { outcome.setAside.append(entry.id) }
            }
        }
        return outcome
    }
}
