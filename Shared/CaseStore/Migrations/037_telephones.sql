-- A search finds a telephone as a caller is known by it (027): with or without the country's prefix, an area code's 0, spaces and hyphens,
-- and now also in the wide digits that an input method for Chinese writes. phone_digits alone says what is the same number.
CREATE OR REPLACE FUNCTION jiesu.phone_digits(phone text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT regexp_replace(regexp_replace(d.digits, CASE
        WHEN $1 ~ '^\s*[+＋]' THEN '^86'
        ELSE '^(0086(?=\d{7,})|86(?=1[3-9]\d{9}$))' END, ''), '^0+', '')
    FROM regexp_replace(translate($1, '０１２３４５６７８９', '0123456789'), '[^0-9]', '', 'g') AS d (digits)
$$;
REINDEX INDEX jiesu.complainant_phone_digits;
-- Nobody looks by digits as they were written any more.
DROP INDEX jiesu.complainant_digits;

-- As 028, and a telephone is written down as it is compared. Fewer than seven digits are left of a number of short service lines, which
-- is nobody's: it stays as it was typed and finds nobody.
CREATE OR REPLACE FUNCTION jiesu.ask(account bigint, number bigint, phone text, name text, words text[], place text) RETURNS bigint
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    INSERT INTO jiesu.search_log (account, number, phone, name, words, place)
    SELECT a.id, $2,
        CASE WHEN length(jiesu.phone_digits($3)) < 7 THEN regexp_replace(translate($3, '０１２３４５６７８９', '0123456789'), '[^0-9]', '', 'g')
            ELSE jiesu.phone_digits($3) END,
        jiesu.plain($4), ARRAY(SELECT jiesu.plain(w) FROM unnest($5) AS w), jiesu.plain($6)
    FROM jiesu.account a WHERE a.id = $1 AND a.disabled_at IS NULL AND jiesu.acts_for(a.organisation)
    RETURNING id
$$;
-- As 028, by phone_digits.
CREATE OR REPLACE FUNCTION jiesu.found(question bigint, before bigint, most integer) RETURNS SETOF bigint
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
            SELECT p.id FROM jiesu.complainant p WHERE jiesu.phone_digits(p.phone) = $5 AND p.phone IS NOT NULL))$part$::text;
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
