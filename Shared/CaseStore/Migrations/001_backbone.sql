-- The backbone: cases as events, what came in, who answers, what waits for the broker.
-- The schema itself is made by the migrator. Times are timestamptz; ids grow; texts that people typed stand in submission and complainant alone.

CREATE EXTENSION IF NOT EXISTS pgcrypto WITH SCHEMA jiesu;

-- Facts about this installation: partitions of jiesu.cases (fixed at set-up, a shard is a case's id modulo it),
-- generation (raised when a broker comes back empty or a database is restored), rules (raised when policies or organisations change).
CREATE TABLE jiesu.setting (
    name  text PRIMARY KEY,
    value bigint NOT NULL
);
INSERT INTO jiesu.setting VALUES ('partitions', 12), ('generation', 1), ('rules', 1);

-- Where the embedded broker listens now; empty where JIESU_KAFKA_BROKERS names a real one.
CREATE TABLE jiesu.broker (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    address  text NOT NULL
);

-- Keys that nobody reads but the functions below.
CREATE TABLE jiesu.secret (
    name  text PRIMARY KEY,
    value bytea NOT NULL
);
INSERT INTO jiesu.secret VALUES ('query_code', jiesu.gen_random_bytes(32));

-- Time. A simulation steps the one row; without it the server's clock rules. STABLE, or the due query would run it per row;
-- clock_timestamp and not now(), or a wait for a lock would reorder events.
CREATE TABLE jiesu.simulation (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    at       timestamptz NOT NULL
);
CREATE FUNCTION jiesu.clock() RETURNS timestamptz LANGUAGE plpgsql STABLE AS
    'BEGIN RETURN coalesce((SELECT at FROM jiesu.simulation), clock_timestamp()); END';
-- STABLE, as the functions within are: PostgreSQL writes an SQL function out in the statement that calls it only if it does not
-- claim to vary less than its parts. Otherwise each call is planned for itself, which made an event's hash 20 times dearer.
CREATE FUNCTION jiesu.micros(timestamptz) RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE AS
    'SELECT (extract(epoch FROM $1) * 1000000)::bigint';
CREATE FUNCTION jiesu.moment(bigint) RETURNS timestamptz LANGUAGE sql STABLE PARALLEL SAFE AS
    'SELECT timestamptz ''epoch'' + $1 * interval ''1 microsecond''';

-- Policies as they were put, every version kept: a case is pinned to one.
CREATE TABLE jiesu.policy (
    profile  text NOT NULL,
    version  integer NOT NULL CHECK (version > 0),
    document text NOT NULL,
    put_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (profile, version)
);

CREATE TABLE jiesu.region (
    code    text PRIMARY KEY,
    title   text NOT NULL,
    aliases text[] NOT NULL,
    parent  text REFERENCES jiesu.region DEFERRABLE INITIALLY DEFERRED
);
CREATE TABLE jiesu.organisation (
    code    text PRIMARY KEY CHECK (code ~ '^[a-z0-9][a-z0-9-]{0,39}$'),
    title   text NOT NULL,
    aliases text[] NOT NULL,
    parent  text REFERENCES jiesu.organisation DEFERRABLE INITIALLY DEFERRED,
    level   text NOT NULL,
    roles   text[] NOT NULL,
    contact text NOT NULL,
    inbox   boolean NOT NULL
);
CREATE TABLE jiesu.jurisdiction (
    organisation text NOT NULL REFERENCES jiesu.organisation,
    region       text NOT NULL REFERENCES jiesu.region,
    subject      text NOT NULL,
    PRIMARY KEY (organisation, region, subject)
);

-- What the events of a case add up to. `state` also says which service owes it work; the partial indexes below are
-- those services' lists of what is owed.
CREATE SEQUENCE jiesu.case_id;
CREATE TABLE jiesu.case_file (
    id            bigint PRIMARY KEY,
    version       integer NOT NULL,
    state         text NOT NULL,
    round         smallint NOT NULL,
    channel       text NOT NULL,
    identity      text NOT NULL,
    policies      text[] NOT NULL,
    nature        text,
    subject       text,
    also          text[] NOT NULL,
    urgency       text,
    flags         text[] NOT NULL,
    region        text,
    accused       text[] NOT NULL,
    lead          text,
    helpers       text[] NOT NULL,
    earlier       bigint,
    registered_at timestamptz NOT NULL,
    changed_at    timestamptz NOT NULL,
    head          bytea NOT NULL
) WITH (fillfactor = 80);
CREATE INDEX case_file_owed_classification ON jiesu.case_file (id) WHERE state = 'registered';
CREATE INDEX case_file_owed_routing ON jiesu.case_file (id) WHERE state = 'classified';

-- Append-only. The hash covers the row and the hash before it in the same case. `told` are the topics that learn of it,
-- decided when it was appended, so that topics can be refilled from here.
CREATE TABLE jiesu.case_event (
    case_id bigint NOT NULL,
    version integer NOT NULL,
    kind    text NOT NULL,
    command text NOT NULL,
    actor   text NOT NULL,
    round   smallint NOT NULL,
    policy  text NOT NULL,
    at      timestamptz NOT NULL,
    told    text[] NOT NULL,
    payload text NOT NULL,
    hash    bytea NOT NULL,
    PRIMARY KEY (case_id, version)
);
CREATE FUNCTION jiesu.append_only() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN RAISE EXCEPTION ''% is append-only'', TG_TABLE_NAME USING ERRCODE = ''insufficient_privilege''; END';
CREATE TRIGGER case_event_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON jiesu.case_event
    FOR EACH STATEMENT EXECUTE FUNCTION jiesu.append_only();

-- Every text with its length before it, or two rows could be split differently and hash alike.
CREATE FUNCTION jiesu.framed(text) RETURNS bytea LANGUAGE sql STABLE PARALLEL SAFE AS
    'SELECT int4send(octet_length($1)) || convert_to($1, ''UTF8'')';
CREATE FUNCTION jiesu.event_body(
    case_id bigint, version integer, kind text, command text, actor text, round smallint, policy text, at timestamptz,
    told text[], payload text
) RETURNS bytea LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT int8send(case_id) || int4send(version) || int2send(round) || int8send(jiesu.micros(at)) || jiesu.framed(kind)
        || jiesu.framed(command) || jiesu.framed(actor) || jiesu.framed(policy)
        || jiesu.framed(array_to_string(told, ',')) || jiesu.framed(payload)
$$;
-- chain(head, body) OVER (PARTITION BY case_id ORDER BY version ROWS UNBOUNDED PRECEDING): several events of a case
-- in one statement. `head` is the hash before the first of them; NULL begins a case.
CREATE FUNCTION jiesu.link(previous bytea, head bytea, body bytea) RETURNS bytea LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
    'SELECT sha256(coalesce(previous, head, ''''::bytea) || body)';
CREATE AGGREGATE jiesu.chain(bytea, bytea) (sfunc = jiesu.link, stype = bytea);

-- Who complained and what they wrote. Nothing of these two leaves for a topic, a log, a metric or a URL.
CREATE TABLE jiesu.complainant (
    id      bigint PRIMARY KEY, -- the id of the case that the person came with first
    name    text,
    phone   text,
    email   text,
    address text
);
CREATE TABLE jiesu.submission (
    case_id     bigint NOT NULL,
    number      smallint NOT NULL,
    complainant bigint,
    channel     text NOT NULL,
    received_at timestamptz NOT NULL,
    written_at  timestamptz,
    title       text,
    text        text NOT NULL,
    place       text,
    about       text,
    PRIMARY KEY (case_id, number)
);

-- One request, one case, however often it is sent.
CREATE TABLE jiesu.idempotency (
    key     text PRIMARY KEY,
    request bytea NOT NULL,
    case_id bigint NOT NULL
);

-- What the broker has not acknowledged yet: a row for each event and topic, without the event. Deleted when acknowledged.
CREATE TABLE jiesu.outbox (
    id        bigint GENERATED ALWAYS AS IDENTITY,
    case_id   bigint NOT NULL,
    version   integer NOT NULL,
    topic     text NOT NULL,
    set_aside boolean NOT NULL DEFAULT false
);
CREATE INDEX outbox_waiting ON jiesu.outbox (id) WHERE NOT set_aside;
CREATE INDEX outbox_set_aside ON jiesu.outbox (topic, id) WHERE set_aside;

-- What a service could not handle, one row for a case and a service: it does not try that case again until the row goes.
CREATE TABLE jiesu.parked (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    service   text NOT NULL,
    case_id   bigint,
    reason    text NOT NULL,
    detail    text NOT NULL,
    topic     text,
    partition integer,
    "offset"  bigint,
    message   bytea,
    parked_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    UNIQUE (service, case_id)
);

-- The codes that open cases to whoever holds number and code, in the order of the ids: 80 bits, computed, stored nowhere.
-- Many in one call, because entering a SECURITY DEFINER function costs more than an HMAC.
CREATE FUNCTION jiesu.query_codes(ids bigint[]) RETURNS bytea[] LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
    SELECT array_agg(substr(jiesu.hmac(int8send(n.id), s.value, 'sha256'), 1, 10) ORDER BY n.i)
    FROM unnest($1) WITH ORDINALITY AS n (id, i), jiesu.secret s WHERE s.name = 'query_code'
$$;

-- Topics of this generation are gone or mean something else: a new generation begins, and every announcement to an
-- organisation goes out again, in order. jiesu.cases is not refilled: its readers sweep. Locked, so that no younger
-- event overtakes an older one of its case.
CREATE FUNCTION jiesu.raise_generation() RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    generation bigint;
BEGIN
    LOCK TABLE jiesu.outbox IN EXCLUSIVE MODE;
    UPDATE jiesu.setting SET value = value + 1 WHERE name = 'generation' RETURNING value INTO generation;
    DELETE FROM jiesu.outbox;
    INSERT INTO jiesu.outbox (case_id, version, topic)
    SELECT e.case_id, e.version, t.topic
    FROM jiesu.case_event e, unnest(e.told) AS t (topic)
    WHERE t.topic <> 'jiesu.cases'
    ORDER BY e.case_id, e.version;
    RETURN generation;
END $$;

-- Rights. Each service logs in as a role of its own, which has no password until an administrator sets one.
DO $$
DECLARE
    role text;
BEGIN
    FOREACH role IN ARRAY ARRAY['jiesu_intake', 'jiesu_classification', 'jiesu_routing'] LOOP
        BEGIN
            EXECUTE format('CREATE ROLE %I LOGIN', role);
        EXCEPTION WHEN duplicate_object OR unique_violation THEN
            NULL; -- roles belong to the cluster; another database of it made them
        END;
    END LOOP;
END $$;
REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA jiesu FROM PUBLIC;
GRANT USAGE ON SCHEMA jiesu TO jiesu_intake, jiesu_classification, jiesu_routing;
GRANT EXECUTE ON FUNCTION jiesu.clock(), jiesu.micros(timestamptz), jiesu.moment(bigint), jiesu.framed(text),
    jiesu.event_body(bigint, integer, text, text, text, smallint, text, timestamptz, text[], text),
    jiesu.link(bytea, bytea, bytea), jiesu.chain(bytea, bytea)
    TO jiesu_intake, jiesu_classification, jiesu_routing;
GRANT SELECT ON jiesu.setting, jiesu.broker, jiesu.simulation, jiesu.policy, jiesu.region, jiesu.organisation,
    jiesu.jurisdiction, jiesu.case_file, jiesu.case_event
    TO jiesu_intake, jiesu_classification, jiesu_routing;
GRANT INSERT ON jiesu.case_event, jiesu.outbox TO jiesu_intake, jiesu_classification, jiesu_routing;
GRANT UPDATE ON jiesu.case_file TO jiesu_classification, jiesu_routing;
GRANT SELECT, INSERT ON jiesu.parked TO jiesu_classification, jiesu_routing;
-- Intake takes in; it reads back no text.
GRANT USAGE ON SEQUENCE jiesu.case_id TO jiesu_intake;
GRANT INSERT ON jiesu.case_file, jiesu.complainant, jiesu.submission TO jiesu_intake;
GRANT SELECT, INSERT, DELETE ON jiesu.idempotency TO jiesu_intake;
GRANT EXECUTE ON FUNCTION jiesu.query_codes(bigint[]) TO jiesu_intake;
-- Classification reads what was written, never who wrote it.
GRANT SELECT (case_id, number, title, text, place, about) ON jiesu.submission TO jiesu_classification;
-- The relay.
GRANT SELECT, UPDATE, DELETE ON jiesu.outbox TO jiesu_routing;
-- A stranger's advisory lock could stop the relay. Only a superuser may change this; elsewhere it is a warning.
DO $$
DECLARE
    function regprocedure;
BEGIN
    FOR function IN
        SELECT oid::regprocedure FROM pg_proc
        WHERE pronamespace = 'pg_catalog'::regnamespace AND proname ~ '^pg_(try_)?advisory'
    LOOP
        EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', function);
    END LOOP;
END $$;
GRANT EXECUTE ON FUNCTION pg_try_advisory_lock(bigint) TO jiesu_routing;
