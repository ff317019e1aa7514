-- For organisations that cannot read Kafka: what goes to their inbox, and the daily digests, POSTed to an address of theirs. A row for each
-- message is written with the event, like the outbox's, and deleted when it was taken. Sent by jiesu-callback.

-- One for an organisation. The secret signs what is sent, and is shown to nobody but whoever makes it.
CREATE TABLE jiesu.webhook (
    organisation text PRIMARY KEY REFERENCES jiesu.organisation,
    url     text NOT NULL CHECK (length(url) <= 2000),
    secret  bytea NOT NULL,
    made_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
-- Whether there is one: services read it with the rules, so that where nobody has one nothing is asked.
ALTER TABLE jiesu.organisation ADD COLUMN hooked boolean NOT NULL DEFAULT false;

-- What is to be sent. Of a case only the oldest has a time at which it is; the next one's turn comes when it was taken (or a person drops it),
-- so an organisation hears a case's events in their order. Whoever inserts or deletes holds the lock of the case.
CREATE TABLE jiesu.webhook_delivery (
    organisation text NOT NULL,
    -- 0: a digest, whose number is the version.
    case_id   bigint NOT NULL,
    version   integer NOT NULL,
    -- waiting → taken and deleted, or dead: tried for the last time. A dead one holds up its case until a person sees to it.
    state     text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'dead')),
    attempts  smallint NOT NULL DEFAULT 0,
    -- Machine time: when it may be tried (again), also if whoever tries it now dies. NULL: an older one comes first, or it is dead.
    next_at   timestamptz,
    error     text CHECK (octet_length(error) <= 100),
    made_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (organisation, case_id, version)
);
CREATE INDEX webhook_delivery_due ON jiesu.webhook_delivery (organisation, next_at) WHERE next_at IS NOT NULL;
CREATE INDEX webhook_delivery_dead ON jiesu.webhook_delivery (organisation, case_id, version) WHERE state = 'dead';

-- Called with the events, under the locks of their cases, by whoever appends them.
CREATE FUNCTION jiesu.queue_webhooks(organisations text[], cases bigint[], versions integer[]) RETURNS void
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    INSERT INTO jiesu.webhook_delivery (organisation, case_id, version, next_at)
    SELECT n.organisation, n.case_id, n.version,
        CASE WHEN row_number() OVER (PARTITION BY n.organisation, n.case_id ORDER BY n.version) = 1
            AND NOT EXISTS (SELECT FROM jiesu.webhook_delivery d WHERE d.organisation = n.organisation AND d.case_id = n.case_id)
        THEN clock_timestamp() END
    FROM unnest($1, $2, $3) AS n (organisation, case_id, version)
    WHERE EXISTS (SELECT FROM jiesu.webhook w WHERE w.organisation = n.organisation)
$$;
-- A digest stands for itself: each is sent at once.
CREATE FUNCTION jiesu.queue_digest() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO jiesu.webhook_delivery (organisation, case_id, version, next_at)
    SELECT w.organisation, 0, NEW.number, clock_timestamp() FROM jiesu.webhook w;
    RETURN NULL;
END $$;
CREATE TRIGGER digest_webhooks AFTER INSERT ON jiesu.digest FOR EACH ROW EXECUTE FUNCTION jiesu.queue_digest();

-- `webhook-signature` of the Standard Webhooks, for each content (`id.timestamp.body`), in their order; NULL without a webhook.
CREATE FUNCTION jiesu.webhook_signatures(organisation text, contents text[]) RETURNS text[] LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
    SELECT array_agg('v1,' || encode(jiesu.hmac(convert_to(c.one, 'UTF8'), w.secret, 'sha256'), 'base64') ORDER BY c.i)
    FROM jiesu.webhook w, unnest($2) WITH ORDINALITY AS c (one, i) WHERE w.organisation = $1
$$;

-- Takes a message away that was taken, or that a person drops: the next of its case may go. Whether it was there. Whoever appends an event
-- looks, under the same lock, whether one waits before it.
CREATE FUNCTION jiesu.webhook_done(organisation text, case_id bigint, version integer) RETURNS boolean
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM FROM jiesu.case_file f WHERE f.id = $2 FOR NO KEY UPDATE;
    DELETE FROM jiesu.webhook_delivery d WHERE d.organisation = $1 AND d.case_id = $2 AND d.version = $3;
    IF NOT FOUND THEN RETURN false; END IF;
    UPDATE jiesu.webhook_delivery d SET next_at = clock_timestamp()
    WHERE d.organisation = $1 AND d.case_id = $2 AND d.state = 'waiting' AND d.next_at IS NULL AND d.version = (
        SELECT min(o.version) FROM jiesu.webhook_delivery o WHERE o.organisation = $1 AND o.case_id = $2);
    RETURN true;
END $$;

-- What an administrator does with `jiesu webhook`. The new secret, '' if it stays, NULL if no such organisation works on cases. What happened
-- before is not sent.
CREATE FUNCTION jiesu.put_webhook(organisation text, url text, new_secret boolean) RETURNS text LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    fresh bytea := jiesu.gen_random_bytes(32);
BEGIN
    PERFORM FROM jiesu.organisation o WHERE o.code = $1 AND o.inbox AND o.disabled_at IS NULL FOR UPDATE;
    IF NOT FOUND THEN RETURN NULL; END IF;
    PERFORM jiesu.administered(NULL, 'webhook_put', $1);
    UPDATE jiesu.webhook w SET url = $2, secret = CASE WHEN $3 THEN fresh ELSE w.secret END WHERE w.organisation = $1;
    IF FOUND THEN RETURN CASE WHEN $3 THEN 'whsec_' || encode(fresh, 'base64') ELSE '' END; END IF;
    INSERT INTO jiesu.webhook (organisation, url, secret) VALUES ($1, $2, fresh);
    UPDATE jiesu.organisation o SET hooked = true WHERE o.code = $1;
    UPDATE jiesu.setting s SET value = s.value + 1 WHERE s.name = 'rules';
    RETURN 'whsec_' || encode(fresh, 'base64');
END $$;
-- With everything that waited; whether there was one.
CREATE FUNCTION jiesu.remove_webhook(organisation text) RETURNS boolean LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    PERFORM FROM jiesu.organisation o WHERE o.code = $1 FOR UPDATE;
    DELETE FROM jiesu.webhook w WHERE w.organisation = $1;
    IF NOT FOUND THEN RETURN false; END IF;
    DELETE FROM jiesu.webhook_delivery d WHERE d.organisation = $1;
    UPDATE jiesu.organisation o SET hooked = false WHERE o.code = $1;
    UPDATE jiesu.setting s SET value = s.value + 1 WHERE s.name = 'rules';
    PERFORM jiesu.administered(NULL, 'webhook_removed', $1);
    RETURN true;
END $$;

REVOKE EXECUTE ON FUNCTION jiesu.queue_webhooks(text[], bigint[], integer[]), jiesu.queue_digest(),
    jiesu.webhook_signatures(text, text[]), jiesu.webhook_done(text, bigint, integer), jiesu.put_webhook(text, text, boolean), jiesu.remove_webhook(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION jiesu.queue_webhooks(text[], bigint[], integer[])
    TO jiesu_intake, jiesu_classification, jiesu_routing, jiesu_deadlines, jiesu_callback;
-- Which sends.
GRANT EXECUTE ON FUNCTION jiesu.webhook_signatures(text, text[]), jiesu.webhook_done(text, bigint, integer),
    jiesu.digest_payload(integer) TO jiesu_callback;
GRANT SELECT (organisation, url) ON jiesu.webhook TO jiesu_callback;
GRANT SELECT, UPDATE ON jiesu.webhook_delivery TO jiesu_callback;
GRANT SELECT ON jiesu.digest TO jiesu_callback;
