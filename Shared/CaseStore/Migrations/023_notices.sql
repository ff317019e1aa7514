-- What complainants are told (告知): a row for each message, written with the event that it is about, sent by jiesu-callback. No word that
-- anybody typed and no way to reach the person stands here; those are read, on record, when the message goes out.
CREATE TABLE jiesu.notice (
    case_id   bigint NOT NULL,
    -- Of the event that it is about.
    version   integer NOT NULL,
    round     smallint NOT NULL,
    -- A name of notices.json.
    kind      text NOT NULL,
    -- waiting → sent (the gateway took it, and will report) → delivered; or failed, and then a person must see to it.
    state     text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'sent', 'delivered', 'failed')),
    means     text CHECK (means IN ('sms', 'email')),
    attempts  smallint NOT NULL DEFAULT 0,
    -- Machine time. Of what waits: when it may be tried (again), also if whoever tries it now dies; of what was sent: until when the report
    -- must come. NULL: nothing more happens by itself.
    next_at   timestamptz DEFAULT clock_timestamp(),
    -- Which message it is to the gateway: the same in each attempt, so that one that was sent twice can be dropped there.
    message   uuid NOT NULL DEFAULT gen_random_uuid(),
    -- What proves that it came, or that it was taken, as the gateway said it; and what went wrong last.
    proof     text CHECK (octet_length(proof) <= 1000),
    error     text CHECK (octet_length(error) <= 1000),
    made_at   timestamptz NOT NULL DEFAULT jiesu.clock(),
    sent_at   timestamptz,
    delivered_at timestamptz,
    -- Whether the case knows that the complainant was told, as far as it must.
    told      boolean NOT NULL DEFAULT false,
    -- Who had it sent again by hand.
    asked_by  bigint REFERENCES jiesu.account,
    PRIMARY KEY (case_id, version)
);
CREATE INDEX notice_due ON jiesu.notice (next_at) WHERE next_at IS NOT NULL;
CREATE INDEX notice_untold ON jiesu.notice (case_id, version) WHERE state = 'delivered' AND NOT told;
CREATE INDEX notice_failed ON jiesu.notice (case_id, version) WHERE state = 'failed';
CREATE UNIQUE INDEX notice_message ON jiesu.notice (message);

-- Whether a gateway sends notices; without one none are written. Every service reads its rules anew when that changes.
INSERT INTO jiesu.setting VALUES ('notices', 0) ON CONFLICT (name) DO NOTHING;
CREATE FUNCTION jiesu.set_notices(sends boolean) RETURNS void LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    UPDATE jiesu.setting SET value = sends::int WHERE name = 'notices' AND value <> sends::int;
    IF FOUND THEN UPDATE jiesu.setting SET value = value + 1 WHERE name = 'rules'; END IF;
END $$;

-- A program that sends a notice reads how the person is reached, and leaves its trace like everybody: a row without an account, for nobody
-- looks. As with people the row must be committed before.
ALTER TABLE jiesu.access_log ALTER COLUMN account DROP NOT NULL;
ALTER TABLE jiesu.access_log ADD CONSTRAINT access_log_who CHECK (account IS NOT NULL OR purpose = 'notice');
CREATE FUNCTION jiesu.notice_tickets(cases bigint[]) RETURNS TABLE (ticket bigint, case_id bigint)
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    INSERT INTO jiesu.access_log (case_id, purpose) SELECT DISTINCT n.id, 'notice' FROM unnest($1) AS n (id)
    RETURNING id, case_id
$$;
-- The number, address and query code of whoever may be told: nothing of who is anonymous or gave no name.
CREATE FUNCTION jiesu.notice_contacts(tickets bigint[]) RETURNS TABLE (case_id bigint, phone text, email text, code bytea)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT DISTINCT ON (a.case_id) a.case_id, p.phone, p.email, (jiesu.query_codes(ARRAY[a.case_id]))[1]
    FROM jiesu.access_log a JOIN jiesu.case_file f ON f.id = a.case_id
        JOIN jiesu.submission s ON s.case_id = f.id JOIN jiesu.complainant p ON p.id = s.complainant
    WHERE a.id = ANY ($1) AND a.purpose = 'notice' AND a.login = session_user
        AND a.at > clock_timestamp() - interval '1 minute' AND a.tx IS DISTINCT FROM pg_current_xact_id_if_assigned()
        AND f.identity <> 'anonymous' AND p.name IS NOT NULL
    ORDER BY a.case_id, s.number DESC
$$;

REVOKE EXECUTE ON FUNCTION jiesu.set_notices(boolean), jiesu.notice_tickets(bigint[]), jiesu.notice_contacts(bigint[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION jiesu.set_notices(boolean), jiesu.notice_tickets(bigint[]), jiesu.notice_contacts(bigint[]) TO jiesu_callback;
GRANT INSERT (case_id, version, round, kind) ON jiesu.notice TO jiesu_intake, jiesu_classification, jiesu_routing, jiesu_deadlines;
GRANT SELECT, INSERT, UPDATE ON jiesu.notice TO jiesu_callback;
