-- The whole life of a case: what organisations ask, the clocks that run, what was typed on the way.

-- What only the rules need to know of a case (Casework's Progress), as they fold it from the events. `callback_at`: when somebody may be
-- called (again); `limit_at`: the earliest end that runs; both follow from events and policies and are kept for lists.
ALTER TABLE jiesu.case_file
    ADD COLUMN course    text NOT NULL DEFAULT '{}',
    ADD COLUMN limit_at    timestamptz,
    ADD COLUMN callback_at timestamptz,
    -- Whether the earlier case has been told of this one (重复投诉).
    ADD COLUMN repeat_told boolean NOT NULL DEFAULT false;
UPDATE jiesu.case_file f SET course = jsonb_build_object('marks', (
    SELECT jsonb_object_agg(k.kind, k.at) FROM (
        SELECT e.kind, max(jiesu.micros(e.at)) AS at FROM jiesu.case_event e WHERE e.case_id = f.id GROUP BY e.kind) AS k))::text;
CREATE INDEX case_file_owed_reopening ON jiesu.case_file (id) WHERE state = 'reopened';
CREATE INDEX case_file_owed_repeat ON jiesu.case_file (id) WHERE earlier IS NOT NULL AND NOT repeat_told;
CREATE INDEX case_file_callback ON jiesu.case_file (callback_at) WHERE callback_at IS NOT NULL;
-- What a person must decide, and what an organisation has before it, the next end first.
CREATE INDEX case_file_undecided ON jiesu.case_file (id) WHERE state IN ('awaiting_judgement', 'returned', 'disputed');
CREATE INDEX case_file_lead ON jiesu.case_file (lead, limit_at) WHERE state IN ('dispatched', 'signed', 'replied');
CREATE INDEX case_file_helpers ON jiesu.case_file USING gin (helpers) WHERE state IN ('dispatched', 'signed', 'replied');

-- Who made it: what the organisations file no longer names loses its duties and names, what `jiesu organisation add` made is no file's.
ALTER TABLE jiesu.organisation ADD COLUMN origin text NOT NULL DEFAULT 'file' CHECK (origin IN ('file', 'command'));

-- Days off and make-up days as they were put, every version kept: reports keep the one that was used.
CREATE TABLE jiesu.calendar (
    name     text NOT NULL,
    version  integer NOT NULL CHECK (version > 0),
    document text NOT NULL,
    put_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (name, version)
);

-- The clocks that run. Derived from a case and its policies, and written anew whenever they differ: a row says what a watcher must look
-- at and when, never what has happened. `next_at` is NULL where the calendar does not reach so far yet, or nothing is left to fire.
CREATE TABLE jiesu.clock (
    case_id   bigint NOT NULL,
    profile   text NOT NULL,
    rule      text NOT NULL,
    step      text NOT NULL,
    shard     smallint NOT NULL,
    target_at timestamptz,
    limit_at  timestamptz,
    next_at   timestamptz,
    uncounted boolean NOT NULL,
    PRIMARY KEY (case_id, profile, rule)
);
CREATE INDEX clock_due ON jiesu.clock (shard, next_at) WHERE next_at IS NOT NULL;
CREATE INDEX clock_uncounted ON jiesu.clock (case_id) WHERE uncounted;

-- What was typed while a case was handled. Never on a topic, in an event or in a log; an event names the number.
CREATE TABLE jiesu.note (
    case_id      bigint NOT NULL,
    number       bigint GENERATED ALWAYS AS IDENTITY,
    organisation text DEFAULT jiesu.my_organisation(),
    account      bigint NOT NULL REFERENCES jiesu.account,
    at           timestamptz NOT NULL DEFAULT jiesu.clock(),
    text         text NOT NULL CHECK (octet_length(text) BETWEEN 1 AND 262144),
    PRIMARY KEY (case_id, number)
);

-- What organisations ask. A desk writes case, id, kind, round, account and payload; organisation and time are defaults that it cannot
-- write, and the outcome is the centre's. The key begins with the organisation, or another desk could occupy an id.
CREATE TABLE jiesu.command (
    organisation text NOT NULL DEFAULT jiesu.my_organisation(),
    case_id      bigint NOT NULL,
    id           text NOT NULL CHECK (octet_length(id) BETWEEN 1 AND 200),
    kind         text NOT NULL CHECK (octet_length(kind) <= 40),
    round        smallint NOT NULL,
    account      bigint NOT NULL REFERENCES jiesu.account,
    payload      text NOT NULL CHECK (octet_length(payload) <= 16384),
    received_at  timestamptz NOT NULL DEFAULT jiesu.clock(),
    -- NULL while it waits; else when it was decided, and what came of it: `done`, or a refusal's code.
    decided_at   timestamptz,
    outcome      text,
    detail       text,
    version      integer,
    PRIMARY KEY (organisation, case_id, id)
);
CREATE INDEX command_waiting ON jiesu.command (case_id) WHERE decided_at IS NULL;
CREATE INDEX command_waiting_since ON jiesu.command (received_at) WHERE decided_at IS NULL;

-- When a command counts as given: when it came, or when its transaction ended if that was later, so that holding a transaction open does
-- not backdate it. A simulation's time cannot be compared with the server's. Needs track_commit_timestamp; without it the time it came
-- rules, and `jiesu migrate` warns.
CREATE FUNCTION jiesu.given_at(received_at timestamptz, tx xid) RETURNS timestamptz LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF current_setting('track_commit_timestamp') <> 'on' OR EXISTS (SELECT FROM jiesu.simulation) THEN
        RETURN received_at;
    END IF;
    RETURN greatest(received_at, pg_xact_commit_timestamp(tx));
END $$;

-- What a desk sees: cases that its organisation leads or helps with, never one about itself or about whom it reports to.
CREATE FUNCTION jiesu.i_am_under(accused text[]) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
    WITH RECURSIVE line (code) AS (
        SELECT jiesu.my_organisation()
        UNION
        SELECT o.parent FROM line JOIN jiesu.organisation o ON o.code = line.code
    )
    SELECT EXISTS (SELECT FROM line WHERE code = ANY ($1))
$$;
CREATE VIEW jiesu.my_case WITH (security_barrier) AS
    SELECT f.* FROM jiesu.case_file f
    WHERE (f.lead = (SELECT jiesu.my_organisation()) OR f.helpers @> ARRAY[(SELECT jiesu.my_organisation())])
        AND (f.accused = '{}' OR NOT jiesu.i_am_under(f.accused));
CREATE VIEW jiesu.my_event WITH (security_barrier) AS
    SELECT e.* FROM jiesu.case_event e WHERE EXISTS (SELECT FROM jiesu.my_case f WHERE f.id = e.case_id);
CREATE VIEW jiesu.my_clock WITH (security_barrier) AS
    SELECT c.* FROM jiesu.clock c WHERE EXISTS (SELECT FROM jiesu.my_case f WHERE f.id = c.case_id);
CREATE VIEW jiesu.my_command WITH (security_barrier) AS
    SELECT c.* FROM jiesu.command c WHERE c.organisation = (SELECT jiesu.my_organisation());
CREATE VIEW jiesu.my_note WITH (security_barrier) AS
    SELECT n.* FROM jiesu.note n
    WHERE n.organisation = (SELECT jiesu.my_organisation())
        OR n.organisation IS NULL AND EXISTS (SELECT FROM jiesu.my_case f WHERE f.id = n.case_id);

-- Rights.
REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA jiesu FROM PUBLIC;
GRANT SELECT ON jiesu.calendar TO jiesu_intake, jiesu_classification, jiesu_routing, jiesu_deadlines, jiesu_callback, jiesu_reporting,
    jiesu_desk;
-- Whoever changes a case writes its clocks anew.
GRANT SELECT, INSERT, UPDATE, DELETE ON jiesu.clock
    TO jiesu_intake, jiesu_classification, jiesu_routing, jiesu_deadlines, jiesu_callback;
-- A complainant rates, withdraws: an event on a case that is there.
GRANT UPDATE ON jiesu.case_file TO jiesu_intake;
GRANT SELECT (service, case_id) ON jiesu.parked TO jiesu_intake;
GRANT SELECT ON jiesu.command TO jiesu_routing, jiesu_deadlines;
GRANT UPDATE (decided_at, outcome, detail, version) ON jiesu.command TO jiesu_routing;
GRANT EXECUTE ON FUNCTION jiesu.given_at(timestamptz, xid) TO jiesu_routing, jiesu_deadlines;
-- Who acts, and in which role.
GRANT SELECT (id, organisation, roles, disabled_at) ON jiesu.account TO jiesu_routing, jiesu_callback;
GRANT SELECT, INSERT ON jiesu.note TO jiesu_routing, jiesu_callback;
GRANT INSERT (case_id, account, text) ON jiesu.note TO jiesu_desk;
-- For currval: the number of the note it has just written.
GRANT USAGE ON SEQUENCE jiesu.note_number_seq TO jiesu_desk;
GRANT INSERT (case_id, id, kind, round, account, payload) ON jiesu.command TO jiesu_desk;
GRANT SELECT ON jiesu.my_case, jiesu.my_event, jiesu.my_clock, jiesu.my_command, jiesu.my_note TO jiesu_desk;
GRANT EXECUTE ON FUNCTION jiesu.i_am_under(text[]) TO jiesu_desk;
GRANT SELECT ON jiesu.clock TO jiesu_reporting;
