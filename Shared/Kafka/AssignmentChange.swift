/// What happened to the partitions of a consumer.
package enum AssignmentChange: Sendable, Equatable {
    /// Ours now, and not ours before. A partition that was lost and comes back is won again.
    case won([TopicPartition])
    /// A completed rebalance gave them to somebody else, or found them no longer there.
    case handedOver([TopicPartition])
    /// The group or the broker is out of reach and nobody is known to have taken them. Nothing is read from them until
    /// they are won again; whether they went to somebody else is said by the next completed rebalance.
    case lost([TopicPartition])
}
