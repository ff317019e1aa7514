-- A message that no service can read is parked once, however often it is delivered. The message itself is part of the key: after a
-- broker came back empty another one may have the same offset.
CREATE UNIQUE INDEX parked_message ON jiesu.parked (service, topic, partition, "offset", md5(message)) WHERE case_id IS NULL;

-- An event says what happened in codes. One that a topic would refuse as too large for ever is refused here, and parked.
ALTER TABLE jiesu.case_event ADD CONSTRAINT case_event_payload CHECK (octet_length(payload) <= 262144);
