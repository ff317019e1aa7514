-- What an operator sees while somebody calls: the earlier cases that came with the same number. Digits alone are compared, however the
-- number was written.
CREATE INDEX complainant_digits ON jiesu.complainant ((regexp_replace(phone, '\D', '', 'g'))) WHERE phone IS NOT NULL;

-- At most the twenty youngest, without a word that anybody typed; each look is on record for every case it shows. Nothing for fewer
-- than seven digits, which could be anybody's, and nothing of who wished to stay unknown.
CREATE FUNCTION jiesu.callers_cases(account bigint, phone text)
    RETURNS TABLE (case_id bigint, state text, subject text, policies text[], registered_at timestamptz)
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    digits text := regexp_replace($2, '\D', '', 'g');
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
        WHERE regexp_replace(p.phone, '\D', '', 'g') = digits AND p.phone IS NOT NULL AND f.identity <> 'anonymous'
        ORDER BY f.id DESC LIMIT 20
    ), seen AS (
        INSERT INTO jiesu.access_log (account, case_id, purpose) SELECT $1, found.id, 'caller' FROM found
    )
    SELECT * FROM found ORDER BY found.id DESC;
END $$;
REVOKE EXECUTE ON FUNCTION jiesu.callers_cases(bigint, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION jiesu.callers_cases(bigint, text) TO jiesu_intake;
