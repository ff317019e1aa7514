-- One telephone number, however it is written: with or without the country's prefix (+86, 0086, 86 before a mobile number), spaces,
-- hyphens, and the 0 that the country's own callers put before an area code. For comparing only; what was written stays as it is.
CREATE FUNCTION jiesu.phone_digits(phone text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT regexp_replace(regexp_replace(d.digits, CASE
        WHEN $1 ~ '^\s*[+＋]' THEN '^86'
        ELSE '^(0086(?=\d{7,})|86(?=1[3-9]\d{9}$))' END, ''), '^0+', '')
    FROM regexp_replace($1, '\D', '', 'g') AS d (digits)
$$;
REVOKE EXECUTE ON FUNCTION jiesu.phone_digits(text) FROM PUBLIC;
-- Whoever writes a complainant fills the index.
GRANT EXECUTE ON FUNCTION jiesu.phone_digits(text) TO jiesu_intake;
-- Beside `complainant_digits`, by which a search finds digits as they were written.
CREATE INDEX complainant_phone_digits ON jiesu.complainant (jiesu.phone_digits(phone)) WHERE phone IS NOT NULL;

-- As 022, by those digits.
CREATE OR REPLACE FUNCTION jiesu.callers_cases(account bigint, phone text)
    RETURNS TABLE (case_id bigint, state text, subject text, policies text[], registered_at timestamptz)
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    digits text := jiesu.phone_digits($2);
BEGIN
    IF length(digits) < 7 OR NOT EXISTS (
        SELECT FROM jiesu.account a WHERE a.id = $1 AND a.disabled_at IS NULL AND jiesu.acts_for(a.organisation)
    ) THEN
        RETURN;
    END IF;
    RETURN QUERY
    WITH found AS MATERIALIZED (
        SELECT f.id, f.state, f.subject, f.policies, f.registered_at
        FROM jiesu.complainant p JOIN jiesu.case_file f ON f.id = p.id
        WHERE jiesu.phone_digits(p.phone) = digits AND p.phone IS NOT NULL AND f.identity <> 'anonymous'
        ORDER BY f.id DESC LIMIT 20
    ), seen AS (
        INSERT INTO jiesu.access_log (account, case_id, purpose) SELECT $1, found.id, 'caller' FROM found
    )
    SELECT * FROM found ORDER BY found.id DESC;
END $$;
