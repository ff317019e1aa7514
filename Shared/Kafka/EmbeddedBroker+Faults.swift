internal import CRdKafka

/// For tests: what befalls a broker.
extension EmbeddedBroker {
    /// A kind of request to refuse, with the protocol's number.
    package enum Request: Int16, Sendable {
        case produce = 0
        case fetch = 1
        case metadata = 3
        case offsetCommit = 8
        case joinGroup = 11
        case heartbeat = 12
    }

    /// Drops all connections and refuses new ones until `setUp`. What it holds stays.
    package func setDown() {
        _ = with { rd_kafka_mock_broker_set_down($0, -1) }
    }

    /// Serves again after `setDown`.
    package func setUp() {
        _ = with { rd_kafka_mock_broker_set_up($0, -1) }
    }

    /// Delays every answer; what was asked is done at once.
    package func setRoundTrip(_ time: Duration) {
        _ = with { rd_kafka_mock_broker_set_rtt($0, -1, Int32(time.milliseconds)) }
    }

    /// Answers the next requests of that kind with these error numbers, one each; -195 cuts the connection instead.
    package func refuse(_ request: Request, with numbers: [Int32]) {
        let errors = numbers.map { rd_kafka_resp_err_t($0) }
        _ = with {
            rd_kafka_mock_push_request_errors_array($0, request.rawValue, errors.count, errors)
            return RD_KAFKA_RESP_ERR_NO_ERROR
        }
    }

    /// Takes back what `refuse` asked for and no request has met yet.
    package func refuseNoMore(_ request: Request) {
        _ = with {
            rd_kafka_mock_clear_request_errors($0, request.rawValue)
            return RD_KAFKA_RESP_ERR_NO_ERROR
        }
    }
}
