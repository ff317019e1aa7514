-- People at work with a browser: a log-in that nobody uses ends, and who has a password can change it.
-- Minutes after which an unused log-in of a person ends ([D] B.10: nobody leaves a counter logged in overnight).
INSERT INTO jiesu.setting VALUES ('idle_minutes', 120) ON CONFLICT (name) DO NOTHING;
ALTER TABLE jiesu.log_in ADD COLUMN seen_at timestamptz NOT NULL DEFAULT clock_timestamp();

-- As 004, and: what the person is called, and the word that a form of a page must bring along, which no other site knows.
DROP FUNCTION jiesu.session(text);
CREATE FUNCTION jiesu.session(token text)
    RETURNS TABLE (account bigint, organisation text, roles text[], title text, form_token text)
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    idle interval := make_interval(mins => (SELECT value::int FROM jiesu.setting WHERE name = 'idle_minutes'));
BEGIN
    -- Once a minute is enough to know who is still there.
    UPDATE jiesu.log_in l SET seen_at = clock_timestamp()
    WHERE l.hash = jiesu.token_hash($1) AND l.seen_at < clock_timestamp() - interval '1 minute'
        AND (l.kind = 'token' OR l.seen_at > clock_timestamp() - idle);
    RETURN QUERY SELECT a.id, a.organisation, a.roles, a.title, encode(jiesu.token_hash('form ' || $1), 'hex')
    FROM jiesu.log_in l JOIN jiesu.account a ON a.id = l.account
    WHERE l.hash = jiesu.token_hash($1) AND l.ended_at IS NULL AND l.expires_at > clock_timestamp()
        AND (l.kind = 'token' OR l.seen_at > clock_timestamp() - idle)
        AND a.disabled_at IS NULL AND jiesu.acts_for(a.organisation);
END $$;

-- Whether the old password was right. All other log-ins of the person end with it.
CREATE FUNCTION jiesu.change_password(token text, old text, new text) RETURNS boolean
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    who bigint := (SELECT s.account FROM jiesu.session($1) AS s);
BEGIN
    UPDATE jiesu.account a SET password = jiesu.password_hash($3), password_changed_at = clock_timestamp()
    WHERE a.id = who AND jiesu.crypt($2, a.password) = a.password;
    IF NOT FOUND THEN RETURN false; END IF;
    UPDATE jiesu.log_in l SET ended_at = clock_timestamp()
    WHERE l.account = who AND l.kind = 'session' AND l.ended_at IS NULL AND l.hash <> jiesu.token_hash($1);
    RETURN true;
END $$;
REVOKE EXECUTE ON FUNCTION jiesu.session(text), jiesu.change_password(text, text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION jiesu.session(text)
    TO jiesu_intake, jiesu_classification, jiesu_routing, jiesu_callback, jiesu_reporting, jiesu_desk;
GRANT EXECUTE ON FUNCTION jiesu.change_password(text, text, text) TO jiesu_intake, jiesu_routing, jiesu_callback, jiesu_reporting, jiesu_desk;
