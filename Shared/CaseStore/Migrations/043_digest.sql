-- A digest of all chains, once for each day (legal time, 24:00 in China): whoever keeps it outside can show later whether an event that was
-- there then is still what it was. A chain by itself cannot: whoever may write the tables may change an old event and give it, and all
-- that follow, fitting hashes.
--
-- Each digest covers the cases that changed since the one before, so it costs what changed and not what there is; the hash of the one before
-- is part of it, so each stands for all before it.

-- Up to which version digests cover a case. Without an index: one would be written with each event, for what is looked for once a day.
ALTER TABLE jiesu.case_file ADD COLUMN digested integer NOT NULL DEFAULT 0;

CREATE TABLE jiesu.digest (
    number    integer PRIMARY KEY CHECK (number > 0),
    -- The last day that was over when it was made. A day on which nobody made one has none; the next one covers it.
    day       date NOT NULL UNIQUE,
    sealed_at timestamptz NOT NULL,
    cases     bigint NOT NULL, -- a case that changed while the digest was made may count twice
    events    bigint NOT NULL,
    previous  bytea NOT NULL,
    hash      bytea NOT NULL
);
-- What a digest covers, a thousand cases a row: `heads` holds the first 8 bytes of each one's hash at that version, to name the case at
-- fault; `hash` covers them whole. Pieces of the number after the last digest belong to the one that is being made.
CREATE TABLE jiesu.digest_piece (
    digest   integer NOT NULL,
    id       bigint GENERATED ALWAYS AS IDENTITY,
    cases    bigint[] NOT NULL,
    versions integer[] NOT NULL,
    events   bigint NOT NULL,
    heads    bytea NOT NULL,
    hash     bytea NOT NULL,
    PRIMARY KEY (digest, id)
);
CREATE TRIGGER digest_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON jiesu.digest
    FOR EACH STATEMENT EXECUTE FUNCTION jiesu.append_only();
CREATE TRIGGER digest_piece_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON jiesu.digest_piece
    FOR EACH STATEMENT EXECUTE FUNCTION jiesu.append_only();

-- One case's part in the hash of its piece.
CREATE FUNCTION jiesu.digest_line(case_id bigint, version integer, head bytea) RETURNS bytea LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
    'SELECT int8send($1) || int4send($2) || $3';
CREATE FUNCTION jiesu.digest_hash(number integer, day date, sealed_at timestamptz, cases bigint, events bigint, previous bytea)
    RETURNS bytea LANGUAGE sql STABLE AS $$
    SELECT sha256($6 || int4send($1) || convert_to(to_char($2, 'YYYY-MM-DD'), 'UTF8') || int8send(jiesu.micros($3)) || int8send($4)
        || int8send($5) || coalesce((SELECT string_agg(p.hash, ''::bytea ORDER BY p.id) FROM jiesu.digest_piece p WHERE p.digest = $1), ''))
$$;

-- Whether a day is over that no digest covers. The first is made for the day of the first case.
CREATE FUNCTION jiesu.digest_due() RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce((jiesu.clock() AT TIME ZONE 'Asia/Shanghai')::date > 1 + coalesce(
        (SELECT d.day FROM jiesu.digest d ORDER BY d.number DESC LIMIT 1),
        (SELECT (f.registered_at AT TIME ZONE 'Asia/Shanghai')::date - 1 FROM jiesu.case_file f ORDER BY f.id LIMIT 1)), false)
$$;

-- Takes up to `most` changed cases with higher ids than `after` into the digest that is being made, and looks at fifty times as many ids at
-- most. Returns where to go on; NULL: that was all. One process at a time.
CREATE FUNCTION jiesu.digest_cases(after bigint, most integer) RETURNS bigint LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    last bigint;
BEGIN
    LOCK TABLE jiesu.digest_piece IN SHARE ROW EXCLUSIVE MODE;
    WITH due AS MATERIALIZED (
        SELECT f.id, f.version, f.digested, f.head FROM jiesu.case_file f
        WHERE f.digested < f.version AND f.id > $1 AND f.id <= $1 + 50 * $2 ORDER BY f.id LIMIT $2 FOR NO KEY UPDATE
    ), marked AS (
        UPDATE jiesu.case_file f SET digested = due.version FROM due WHERE f.id = due.id
    ), kept AS (
        INSERT INTO jiesu.digest_piece (digest, cases, versions, events, heads, hash)
        SELECT 1 + coalesce((SELECT max(d.number) FROM jiesu.digest d), 0), array_agg(due.id ORDER BY due.id),
            array_agg(due.version ORDER BY due.id), sum(due.version - due.digested),
            string_agg(substr(due.head, 1, 8), ''::bytea ORDER BY due.id),
            sha256(string_agg(jiesu.digest_line(due.id, due.version, due.head), ''::bytea ORDER BY due.id))
        FROM due HAVING count(*) > 0
    )
    SELECT CASE WHEN count(*) = $2 THEN max(due.id) ELSE $1 + 50 * $2 END INTO last FROM due;
    RETURN CASE WHEN last < (SELECT max(f.id) FROM jiesu.case_file f) THEN last END;
END $$;

-- Makes the digest of what was taken in, for the last day that is over, and announces it. Its number; NULL if none is due.
CREATE FUNCTION jiesu.seal_digest() RETURNS integer LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    last jiesu.digest;
    made jiesu.digest;
BEGIN
    LOCK TABLE jiesu.digest_piece IN SHARE ROW EXCLUSIVE MODE;
    IF NOT jiesu.digest_due() THEN RETURN NULL; END IF;
    SELECT * INTO last FROM jiesu.digest d ORDER BY d.number DESC LIMIT 1;
    made.number := 1 + coalesce(last.number, 0);
    made.sealed_at := jiesu.clock();
    made.day := (made.sealed_at AT TIME ZONE 'Asia/Shanghai')::date - 1;
    SELECT coalesce(sum(cardinality(p.cases)), 0), coalesce(sum(p.events), 0) INTO made.cases, made.events
    FROM jiesu.digest_piece p WHERE p.digest = made.number;
    made.previous := coalesce(last.hash, ''::bytea);
    made.hash := jiesu.digest_hash(made.number, made.day, made.sealed_at, made.cases, made.events, made.previous);
    INSERT INTO jiesu.digest SELECT made.*;
    -- No case's: the row's version is the digest's number.
    INSERT INTO jiesu.outbox (case_id, version, topic) VALUES (0, made.number, 'jiesu.digests');
    RETURN made.number;
END $$;

-- What stands on the wire.
CREATE FUNCTION jiesu.digest_payload(number integer) RETURNS text LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
    SELECT format('{"number":%s,"day":"%s","cases":%s,"events":%s,"previous":"%s","hash":"%s"}', d.number, to_char(d.day, 'YYYY-MM-DD'),
        d.cases, d.events, encode(d.previous, 'hex'), encode(d.hash, 'hex'))
    FROM jiesu.digest d WHERE d.number = $1
$$;

REVOKE EXECUTE ON FUNCTION jiesu.digest_line(bigint, integer, bytea),
    jiesu.digest_hash(integer, date, timestamptz, bigint, bigint, bytea), jiesu.digest_due(), jiesu.digest_cases(bigint, integer),
    jiesu.seal_digest(), jiesu.digest_payload(integer) FROM PUBLIC;
-- Which makes them, and relays them.
GRANT EXECUTE ON FUNCTION jiesu.digest_due(), jiesu.digest_cases(bigint, integer), jiesu.seal_digest(), jiesu.digest_payload(integer)
    TO jiesu_routing;
GRANT SELECT ON jiesu.digest TO jiesu_routing;
