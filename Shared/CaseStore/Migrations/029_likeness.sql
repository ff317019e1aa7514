-- Likely duplicates, while the operator types: open cases whose texts have many pairs of characters in common with what is typed, rare
-- pairs counting more.

-- The pairs of what was written in each case that is open and not too old; a case's last contact counts.
CREATE TABLE jiesu.open_text (
    case_id bigint PRIMARY KEY,
    grams   text[] NOT NULL
);
-- How often a pair occurs is what ANALYZE keeps of this column: its 3,000 commonest elements. All others are rare.
ALTER TABLE jiesu.open_text ALTER grams SET STATISTICS 300;
CREATE INDEX open_text_grams ON jiesu.open_text USING gin (grams) WITH (fastupdate = off);

-- likeness: per mille, from which a case is shown; measured on public messages (Services/Intake/README.md). days: older ones are no news.
INSERT INTO jiesu.setting VALUES ('likeness', 100), ('likeness_days', 90) ON CONFLICT (name) DO NOTHING;

-- Takes up to `most` texts into the index by which cases are found by words, and what is new among those that are compared with; returns how
-- many there were.
CREATE FUNCTION jiesu.index_texts(most integer) RETURNS integer LANGUAGE sql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
    WITH next AS MATERIALIZED (
        SELECT s.case_id, s.number FROM jiesu.submission s WHERE NOT s.indexed ORDER BY s.case_id, s.number LIMIT $1
        FOR UPDATE SKIP LOCKED
    ), taken AS (
        UPDATE jiesu.submission s SET indexed = true FROM next WHERE s.case_id = next.case_id AND s.number = next.number
        RETURNING s.case_id, s.number, jiesu.written(s.title, s.text, s.place, s.about) AS words
    ), kept AS (
        INSERT INTO jiesu.open_text (case_id, grams)
        SELECT DISTINCT ON (t.case_id) t.case_id, jiesu.grams(t.words) FROM taken t ORDER BY t.case_id, t.number DESC
        ON CONFLICT (case_id) DO UPDATE SET grams = excluded.grams
    )
    SELECT count(*)::integer FROM taken
$$;

-- Drops, among the `most` texts with higher ids than `after`, those whose case is at its end or too old. Returns where to go on; NULL:
-- at the beginning.
CREATE FUNCTION jiesu.drop_texts(after bigint, most integer) RETURNS bigint LANGUAGE sql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
    WITH next AS MATERIALIZED (SELECT t.case_id FROM jiesu.open_text t WHERE t.case_id > $1 ORDER BY t.case_id LIMIT $2),
    dropped AS (
        DELETE FROM jiesu.open_text t USING next, jiesu.case_file f
        WHERE t.case_id = next.case_id AND f.id = t.case_id
            AND (f.state IN ('closed', 'withdrawn', 'redirected', 'refused') OR f.registered_at < jiesu.clock()
                - make_interval(days => (SELECT value::int FROM jiesu.setting WHERE name = 'likeness_days')))
    )
    SELECT CASE WHEN count(*) = $2 THEN max(next.case_id) END FROM next
$$;

-- The open cases most like what is typed, at most `most`, the likest first: codes and times, and the words that they have in common with
-- what was typed, which therefore tell nothing that the operator did not type. Each case that is shown is on record, once an hour for
-- an account.
--
-- `regions`: where the matter can lie; NULL: not known. Never a complaint about the operator's own organisation or about whom it reports to.
CREATE FUNCTION jiesu.like_cases(account bigint, typed text, regions text[], most integer)
    RETURNS TABLE (case_id bigint, likeness integer, common text[], state text, subject text, policies text[], region text, lead text,
        registered_at timestamptz)
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    words text := left(jiesu.plain($2), 500);
    asked text[] := jiesu.grams(words);
    oldest timestamptz := jiesu.clock() - make_interval(days => (SELECT value::int FROM jiesu.setting WHERE name = 'likeness_days'));
    least real := (SELECT value / 1000.0 FROM jiesu.setting WHERE name = 'likeness');
    common_grams text[];
    common_weights real[];
    rare_weight real;
BEGIN
    -- Fewer are like everything.
    IF length(words) < 8 OR NOT EXISTS (
        SELECT FROM jiesu.account a WHERE a.id = $1 AND a.disabled_at IS NULL AND jiesu.acts_for(a.organisation)
    ) THEN
        RETURN;
    END IF;
    SELECT array_agg(e.gram), array_agg(-ln(e.often)::real), (1 - ln(min(e.often)))::real
    INTO common_grams, common_weights, rare_weight
    FROM pg_stats st, unnest(st.most_common_elems::text::text[], st.most_common_elem_freqs) AS e (gram, often)
    WHERE st.schemaname = 'jiesu' AND st.tablename = 'open_text' AND st.attname = 'grams' AND e.gram IS NOT NULL;
    RETURN QUERY
    WITH RECURSIVE weight AS MATERIALIZED (SELECT u.gram, u.weight FROM unnest(common_grams, common_weights) AS u (gram, weight)),
    line (code) AS (
        SELECT a.organisation FROM jiesu.account a WHERE a.id = $1
        UNION
        SELECT o.parent FROM line JOIN jiesu.organisation o ON o.code = line.code
    ),
    -- Each rare pair by itself, so that a case counts by how many it has.
    near AS MATERIALIZED (
        SELECT t.case_id, count(*) AS shared
        FROM (SELECT unnest(asked) EXCEPT SELECT weight.gram FROM weight) AS rare (gram)
            CROSS JOIN LATERAL (SELECT o.case_id FROM jiesu.open_text o WHERE o.grams @> ARRAY[rare.gram] LIMIT 1000) AS t
        GROUP BY t.case_id ORDER BY count(*) DESC, t.case_id DESC LIMIT 100
    ),
    mine AS MATERIALIZED (SELECT sum(coalesce(w.weight, rare_weight, 1)) AS total
        FROM unnest(asked) AS g (gram) LEFT JOIN weight w ON w.gram = g.gram),
    -- Weighted Jaccard: what both have of what either has.
    piece AS (
        SELECT o.case_id, g.gram, coalesce(w.weight, rare_weight, 1) AS weight, t.gram IS NOT NULL AS is_shared
        FROM near JOIN jiesu.open_text o ON o.case_id = near.case_id CROSS JOIN LATERAL unnest(o.grams) AS g (gram)
            LEFT JOIN weight w ON w.gram = g.gram LEFT JOIN unnest(asked) AS t (gram) ON t.gram = g.gram
    ),
    both_have AS (
        SELECT p.case_id, sum(p.weight) AS total, coalesce(sum(p.weight) FILTER (WHERE p.is_shared), 0) AS common,
            array_agg(p.gram) FILTER (WHERE p.is_shared) AS grams
        FROM piece p GROUP BY p.case_id
    ),
    scored AS MATERIALIZED (
        SELECT b.case_id, b.common / nullif(mine.total + b.total - b.common, 0) AS score, b.grams AS shared
        FROM both_have b CROSS JOIN mine
    ),
    found AS MATERIALIZED (
        SELECT f.id, s.score, s.shared, f.state, f.subject, f.policies, f.region, f.lead, f.registered_at
        FROM scored s JOIN jiesu.case_file f ON f.id = s.case_id
        WHERE s.score >= least AND f.registered_at >= oldest AND f.state NOT IN ('closed', 'withdrawn', 'redirected', 'refused')
            AND ($3 IS NULL OR f.region IS NULL OR f.region = ANY ($3))
            AND NOT EXISTS (SELECT FROM line WHERE line.code = ANY (f.accused))
        ORDER BY s.score DESC, f.id DESC LIMIT $4
    ),
    seen AS (
        INSERT INTO jiesu.access_log (account, case_id, purpose)
        SELECT $1, found.id, 'likeness' FROM found
        WHERE NOT EXISTS (SELECT FROM jiesu.access_log a WHERE a.case_id = found.id AND a.account = $1 AND a.purpose = 'likeness'
            AND a.at > clock_timestamp() - interval '1 hour')
    )
    SELECT found.id, (found.score * 1000)::integer, jiesu.runs(words, found.shared), found.state, found.subject, found.policies,
        found.region, found.lead, found.registered_at
    FROM found ORDER BY found.score DESC, found.id DESC;
END $$;

-- The longest pieces of a text that consist of these pairs: at most five, of three characters or more.
CREATE FUNCTION jiesu.runs(words text, grams text[]) RETURNS text[] LANGUAGE sql STABLE AS $$
    WITH one AS (
        SELECT c.i, c.one, c.one || lead(c.one) OVER (ORDER BY c.i) = ANY ($2) AS goes_on
        FROM unnest(string_to_array($1, NULL)) WITH ORDINALITY AS c (one, i)
    ), piece AS (
        SELECT o.i, o.one, coalesce(o.goes_on, false) AS goes_on,
            count(*) FILTER (WHERE NOT coalesce(o.before, false)) OVER (ORDER BY o.i) AS number
        FROM (SELECT one.*, lag(one.goes_on) OVER (ORDER BY one.i) AS before FROM one) AS o
    ), run AS (
        SELECT string_agg(p.one, '' ORDER BY p.i) AS text, min(p.i) AS i FROM piece p GROUP BY p.number HAVING count(*) > 2
    )
    SELECT coalesce((array_agg(r.text ORDER BY length(r.text) DESC, r.i))[1:5], '{}')
    FROM (SELECT run.text, min(run.i) AS i FROM run GROUP BY run.text) AS r
$$;

-- The centre's list begins with what is due next; a key goes on from there.
CREATE INDEX case_file_open ON jiesu.case_file ((coalesce(limit_at, 'infinity')), id)
    WHERE state NOT IN ('closed', 'withdrawn', 'redirected', 'refused');

REVOKE EXECUTE ON FUNCTION jiesu.index_texts(integer), jiesu.drop_texts(bigint, integer),
    jiesu.like_cases(bigint, text, text[], integer), jiesu.runs(text, text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION jiesu.index_texts(integer), jiesu.drop_texts(bigint, integer) TO jiesu_classification;
GRANT EXECUTE ON FUNCTION jiesu.like_cases(bigint, text, text[], integer) TO jiesu_intake;
