internal import CRdKafka

extension Producer {
    /// For tests: as if the broker had found the sequence broken beyond repair.
    func failForGood() {
        useClient { _ = rd_kafka_test_fatal_error($0, RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER, "a test") }
    }
}
