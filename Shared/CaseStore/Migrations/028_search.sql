-- Search by number, telephone, name, words and place. Nobody searches without a trace: a question is a row of search_log, committed
-- before, and what is looked for is read from there.

-- As texts are compared: without spaces and line breaks, and without regard to case.
CREATE FUNCTION jiesu.plain(text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
    $$ SELECT lower(regexp_replace($1, '\s', '', 'g')) $$;
-- Each two characters that stand together: most Chinese words have two, too few for pg_trgm to find them by its index. A table of
-- characters first, for substr() counts from the beginning each time.
CREATE FUNCTION jiesu.grams(text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(array_agg(DISTINCT p.gram), '{}') FROM (
        SELECT c.one || lead(c.one) OVER (ORDER BY c.i) AS gram
        FROM unnest(string_to_array($1, NULL)) WITH ORDINALITY AS c (one, i)) AS p
    WHERE p.gram IS NOT NULL
$$;
-- All that somebody wrote in one contact. The parts are kept apart by a character that no text holds.
CREATE FUNCTION jiesu.written(title text, text text, place text, about text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
    $$ SELECT jiesu.plain(coalesce($1, '')) || E'\x01' || jiesu.plain($2) || E'\x01' || jiesu.plain(coalesce($3, '')) || E'\x01'
        || jiesu.plain(coalesce($4, '')) $$;

-- Half a millisecond a text is too much while a complaint is taken in: a text is found by reading it until `jiesu.index_texts` (029) has
-- come to it, and by the index from then on.
ALTER TABLE jiesu.submission ADD COLUMN indexed boolean NOT NULL DEFAULT false;
CREATE INDEX submission_unindexed ON jiesu.submission (case_id, number) WHERE NOT indexed;
CREATE INDEX submission_grams ON jiesu.submission USING gin (jiesu.grams(jiesu.written(title, text, place, about)))
    WITH (fastupdate = off) WHERE indexed;
CREATE INDEX complainant_name ON jiesu.complainant ((lower(regexp_replace(name, '\s', '', 'g')))) WHERE name IS NOT NULL;

-- Who looked for what, and when: in words, or nobody could say afterwards what was sought. Like a person's text it leaves for no topic,
-- log or address. Machine time, as access_log.
CREATE TABLE jiesu.search_log (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at           timestamptz NOT NULL DEFAULT clock_timestamp(),
    login        name NOT NULL DEFAULT session_user,
    organisation text DEFAULT jiesu.my_organisation(),
    tx           xid8 NOT NULL DEFAULT pg_current_xact_id(),
    account      bigint NOT NULL REFERENCES jiesu.account,
    number       bigint, -- a case's id
    phone        text CHECK (phone ~ '^\d{7,40}$'),
    name         text CHECK (length(name) BETWEEN 1 AND 100),
    words        text[] NOT NULL CHECK (cardinality(words) <= 5),
    place        text CHECK (length(place) BETWEEN 2 AND 100),
    CHECK (num_nonnulls(number, phone, name, place) > 0 OR cardinality(words) > 0)
);
CREATE TRIGGER search_log_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON jiesu.search_log
    FOR EACH STATEMENT EXECUTE FUNCTION jiesu.append_only();

-- Writes down a question. NULL if the account is not one that the login may act for.
CREATE FUNCTION jiesu.ask(account bigint, number bigint, phone text, name text, words text[], place text) RETURNS bigint
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    INSERT INTO jiesu.search_log (account, number, phone, name, words, place)
    SELECT a.id, $2, regexp_replace($3, '\D', '', 'g'), jiesu.plain($4),
        ARRAY(SELECT jiesu.plain(w) FROM unnest($5) AS w), jiesu.plain($6)
    FROM jiesu.account a WHERE a.id = $1 AND a.disabled_at IS NULL AND jiesu.acts_for(a.organisation)
    RETURNING id
$$;

-- The cases that a question asked for, the youngest first, below the id `before`: all that it names must hold. Nothing unless the
-- question is this login's own, younger than a minute and committed before (as read_person).
--
-- The centre finds every case, a desk what it leads or helps with and never a complaint about itself or about whom it reports to. Who
-- wishes to stay unknown is found by no name and no number; who asks for confidence by those alone who may know who it is: the
-- organisation that leads, and the line's own people (as 033).
CREATE FUNCTION jiesu.found(question bigint, before bigint, most integer) RETURNS SETOF bigint
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    asked jiesu.search_log;
    mine text := jiesu.my_organisation();
    parts text[] := '{}';
    texts text[];
    contents text := '';
    readers text;
BEGIN
    SELECT * INTO asked FROM jiesu.search_log q
    WHERE q.id = $1 AND q.login = session_user AND q.at > clock_timestamp() - interval '1 minute'
        AND q.tx IS DISTINCT FROM pg_current_xact_id_if_assigned();
    IF NOT FOUND OR mine IS NULL AND NOT jiesu.acts_for(NULL) THEN RETURN; END IF;
    readers := coalesce(mine, (SELECT a.organisation FROM jiesu.account a WHERE a.id = asked.account));
    IF mine IS NOT NULL THEN
        parts := parts || '(f.lead = $3 OR f.helpers @> ARRAY[$3]) AND (f.accused = ''{}'' OR NOT jiesu.i_am_under(f.accused))'::text;
    END IF;
    IF asked.number IS NOT NULL THEN parts := parts || 'f.id = $4'::text; END IF;
    -- ARRAY, or PostgreSQL, which guesses that many people share a number, reads all of them.
    IF asked.phone IS NOT NULL THEN
        parts := parts || $part$(f.identity = 'named' OR f.identity = 'confidential' AND ($10 IS NULL OR $10 = f.lead)) AND f.id = ANY (ARRAY(
            SELECT p.id FROM jiesu.complainant p WHERE regexp_replace(p.phone, '\D', '', 'g') = $5 AND p.phone IS NOT NULL))$part$::text;
    END IF;
    IF asked.name IS NOT NULL THEN
        parts := parts || $part$(f.identity = 'named' OR f.identity = 'confidential' AND ($10 IS NULL OR $10 = f.lead)) AND f.id = ANY (ARRAY(
            SELECT p.id FROM jiesu.complainant p
            WHERE lower(regexp_replace(p.name, '\s', '', 'g')) = $6 AND p.name IS NOT NULL))$part$::text;
    END IF;
    texts := asked.words || asked.place;
    texts := array_remove(texts, NULL);
    IF cardinality(texts) > 0 THEN
        -- Two characters that stand together may do so elsewhere too: the text itself decides.
        contents := $part$NOT EXISTS (SELECT FROM unnest($7) AS w (word)
                WHERE strpos(jiesu.written(s.title, s.text, s.place, s.about), w.word) = 0)$part$;
        IF asked.place IS NOT NULL THEN contents := contents || ' AND strpos(jiesu.plain(s.place), $8) > 0'; END IF;
        parts := parts || format($part$f.id IN (
            SELECT s.case_id FROM jiesu.submission s
            WHERE s.indexed AND jiesu.grams(jiesu.written(s.title, s.text, s.place, s.about)) @> $9 AND %1$s
            UNION ALL SELECT s.case_id FROM jiesu.submission s WHERE NOT s.indexed AND %1$s)$part$, contents);
    END IF;
    RETURN QUERY EXECUTE format('SELECT f.id FROM jiesu.case_file f WHERE ($1 IS NULL OR f.id < $1) AND %s ORDER BY f.id DESC LIMIT $2',
            array_to_string(parts, ' AND '))
        USING before, most, mine, asked.number, asked.phone, asked.name, asked.words, asked.place,
            ARRAY(SELECT DISTINCT g FROM unnest(texts) AS t, unnest(jiesu.grams(t)) AS g), readers;
END $$;

-- Who searched for what, the youngest first, below the id `before`; for whoever is on record (`jiesu.ticket`, of case 0) as about to
-- read that.
CREATE FUNCTION jiesu.searches(ticket bigint, before bigint, most integer) RETURNS TABLE (
    id bigint, at timestamptz, who text, organisation text, number bigint, phone text, name text, words text[], place text
) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT q.id, q.at, a.title, a.organisation, q.number, q.phone, q.name, q.words, q.place
    FROM jiesu.search_log q JOIN jiesu.account a ON a.id = q.account
    WHERE ($2 IS NULL OR q.id < $2) AND EXISTS (
        SELECT FROM jiesu.access_log t WHERE t.id = $1 AND t.case_id = 0 AND t.purpose = 'searches' AND t.login = session_user
            AND t.at > clock_timestamp() - interval '1 minute' AND t.tx IS DISTINCT FROM pg_current_xact_id_if_assigned())
    ORDER BY q.id DESC LIMIT $3
$$;

REVOKE EXECUTE ON FUNCTION jiesu.plain(text), jiesu.grams(text), jiesu.written(text, text, text, text),
    jiesu.ask(bigint, bigint, text, text, text[], text), jiesu.found(bigint, bigint, integer),
    jiesu.searches(bigint, bigint, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION jiesu.searches(bigint, bigint, integer) TO jiesu_routing;
GRANT EXECUTE ON FUNCTION jiesu.ask(bigint, bigint, text, text, text[], text), jiesu.found(bigint, bigint, integer)
    TO jiesu_routing, jiesu_callback, jiesu_desk;
