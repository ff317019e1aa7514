internal import CRdKafka

/// Owns an `rd_kafka_conf_t` until `rd_kafka_new` takes it.
struct Configuration: ~Copyable {
    private let pointer: OpaquePointer

    init() {
        pointer = rd_kafka_conf_new()
    }

    deinit {
        rd_kafka_conf_destroy(pointer)
    }

    /// Throws when librdkafka does not know the name or refuses the value.
    func set(_ name: String, _ value: String) throws(KafkaError) {
        var text = [CChar](repeating: 0, count: 512)
        guard rd_kafka_conf_set(pointer, name, value, &text, text.count) == RD_KAFKA_CONF_OK else {
            throw KafkaError(RD_KAFKA_RESP_ERR__INVALID_ARG, KafkaError.text(text))
        }
    }

    /// Makes the C client, which then owns the configuration and calls back into `callbacks` without retaining it.
    /// Throws when settings do not go together or a TLS file cannot be read.
    consuming func makeClient(
        _ kind: rd_kafka_type_t, _ callbacks: Callbacks
    ) throws(KafkaError) -> OpaquePointer {
        callbacks.install(in: pointer, kind)
        var text = [CChar](repeating: 0, count: 512)
        guard let client = rd_kafka_new(kind, pointer, &text, text.count) else {
            // `rd_kafka_new` that fails leaves the configuration to us: dropping `self` frees it.
            _ = consume self
            throw KafkaError(rd_kafka_last_error(), KafkaError.text(text))
        }
        discard self
        return client
    }
}
