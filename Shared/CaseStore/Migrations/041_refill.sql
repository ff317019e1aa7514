-- Topics are refilled from case_event in steps, by `jiesu replay`. While the row is here a generation has begun whose older events
-- are not all in the outbox yet, and the relay sends nothing: readers are promised a case's events in order. The rows that a refill
-- writes have ids below zero, so that they go before whatever happens meanwhile.
CREATE TABLE jiesu.refill (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    since    timestamptz, -- cases to which nothing happened since then are left out; null: none
    up_to    bigint NOT NULL, -- the last case there was when the generation began
    done_to  bigint NOT NULL DEFAULT 0, -- cases up to this one are done
    next_id  bigint NOT NULL DEFAULT (-(1::bigint << 62)), -- the next row's
    messages bigint NOT NULL DEFAULT 0
);
GRANT SELECT ON jiesu.refill TO jiesu_routing;

-- As before, and it leaves no refill half done: it does the same in one step, for the embedded broker. The digests (043) go again too.
CREATE OR REPLACE FUNCTION jiesu.raise_generation() RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    generation bigint;
BEGIN
    LOCK TABLE jiesu.outbox IN EXCLUSIVE MODE;
    UPDATE jiesu.setting SET value = value + 1 WHERE name = 'generation' RETURNING value INTO generation;
    DELETE FROM jiesu.refill;
    DELETE FROM jiesu.outbox;
    INSERT INTO jiesu.outbox (case_id, version, topic)
    SELECT e.case_id, e.version, t.topic
    FROM jiesu.case_event e, unnest(e.told) AS t (topic)
    WHERE t.topic <> 'jiesu.cases'
    ORDER BY e.case_id, e.version;
    INSERT INTO jiesu.outbox (case_id, version, topic)
    SELECT 0, d.number, 'jiesu.digests' FROM jiesu.digest d ORDER BY d.number;
    RETURN generation;
END $$;
