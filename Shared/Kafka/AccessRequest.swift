internal import CRdKafka

/// Owns the `rd_kafka_AclBinding_t` of one request about the access list.
struct AccessRequest: ~Copyable {
    private var pointers: [OpaquePointer?] = []

    /// About these rules, to make them or to take them back. Throws when librdkafka refuses one outright.
    init(_ rules: [AccessRule], areFilters: Bool) throws(KafkaError) {
        for rule in rules {
            var text = [CChar](repeating: 0, count: 512)
            let make = areFilters ? rd_kafka_AclBindingFilter_new : rd_kafka_AclBinding_new
            let pointer = make(
                rd_kafka_ResourceType_t(rule.resource.rawValue), rule.name,
                rule.isPrefix ? RD_KAFKA_RESOURCE_PATTERN_PREFIXED : RD_KAFKA_RESOURCE_PATTERN_LITERAL, rule.principal,
                rule.host, rd_kafka_AclOperation_t(rule.operation.rawValue),
                rule.isDenial ? RD_KAFKA_ACL_PERMISSION_TYPE_DENY : RD_KAFKA_ACL_PERMISSION_TYPE_ALLOW, &text,
                text.count)
            guard let pointer else { throw KafkaError(RD_KAFKA_RESP_ERR__INVALID_ARG, KafkaError.text(text)) }
            pointers.append(pointer)
        }
    }

    /// About all that there are.
    init() throws(KafkaError) {
        var text = [CChar](repeating: 0, count: 512)
        let pointer = rd_kafka_AclBindingFilter_new(
            RD_KAFKA_RESOURCE_ANY, nil, RD_KAFKA_RESOURCE_PATTERN_ANY, nil, nil, RD_KAFKA_ACL_OPERATION_ANY,
            RD_KAFKA_ACL_PERMISSION_TYPE_ANY, &text, text.count)
        guard let pointer else { throw KafkaError(RD_KAFKA_RESP_ERR__INVALID_ARG, KafkaError.text(text)) }
        pointers.append(pointer)
    }

    deinit {
        for pointer in pointers { rd_kafka_AclBinding_destroy(pointer) }
    }

    func make(_ client: OpaquePointer, _ within: Duration) throws(KafkaError) {
        var rules = pointers
        try AdminCall.ask(RD_KAFKA_ADMIN_OP_CREATEACLS, of: client, within: within) { options, queue in
            rd_kafka_CreateAcls(client, &rules, rules.count, options, queue)
        } read: { (answer) throws(KafkaError) in
            var count = 0
            let result = rd_kafka_CreateAcls_result_acls(rd_kafka_event_CreateAcls_result(answer), &count)
            for one in UnsafeBufferPointer(start: result, count: count) {
                // Its code alone: the words are the broker's, with all of its insides.
                if let error = rd_kafka_acl_result_error(one) { throw KafkaError(rd_kafka_error_code(error)) }
            }
        }
    }

    func takeBack(_ client: OpaquePointer, _ within: Duration) throws(KafkaError) {
        var rules = pointers
        try AdminCall.ask(RD_KAFKA_ADMIN_OP_DELETEACLS, of: client, within: within) { options, queue in
            rd_kafka_DeleteAcls(client, &rules, rules.count, options, queue)
        } read: { (answer) throws(KafkaError) in
            var count = 0
            let result = rd_kafka_DeleteAcls_result_responses(rd_kafka_event_DeleteAcls_result(answer), &count)
            for one in UnsafeBufferPointer(start: result, count: count) {
                if let error = rd_kafka_DeleteAcls_result_response_error(one) {
                    throw KafkaError(rd_kafka_error_code(error))
                }
            }
        }
    }

    func list(_ client: OpaquePointer, _ within: Duration) throws(KafkaError) -> [AccessRule] {
        let filter = pointers[0]
        return try AdminCall.ask(RD_KAFKA_ADMIN_OP_DESCRIBEACLS, of: client, within: within) { options, queue in
            rd_kafka_DescribeAcls(client, filter, options, queue)
        } read: { (answer) throws(KafkaError) in
            var count = 0
            let result = rd_kafka_DescribeAcls_result_acls(rd_kafka_event_DescribeAcls_result(answer), &count)
            return UnsafeBufferPointer(start: result, count: count).compactMap { $0.map(Self.rule) }
        }
    }

    private static func rule(_ pointer: OpaquePointer) -> AccessRule {
        AccessRule(
            String(cString: rd_kafka_AclBinding_principal(pointer)),
            may: .init(rawValue: rd_kafka_AclBinding_operation(pointer).rawValue),
            .init(rawValue: rd_kafka_AclBinding_restype(pointer).rawValue),
            String(cString: rd_kafka_AclBinding_name(pointer)),
            isPrefix: rd_kafka_AclBinding_resource_pattern_type(pointer) == RD_KAFKA_RESOURCE_PATTERN_PREFIXED,
            host: String(cString: rd_kafka_AclBinding_host(pointer)),
            isDenial: rd_kafka_AclBinding_permission_type(pointer) == RD_KAFKA_ACL_PERMISSION_TYPE_DENY)
    }
}
