-- How long what is of use for a time is kept: a number in `setting`, which whoever owns the schema may change. jiesu-routing deletes what is
-- older once an hour, a batch at a time, by indexes. Cases, their events, texts and papers are no part of it: registers are not to be
-- destroyed on one's own authority (R-CF-07).
--
-- key_days [D]: whoever sends a complaint again after 400 days means a new one. More than a year, so that what is sent again with next
-- year's work is still recognised. parked_days [D]: a quarter; the alarm has rung every day of it. access_log_years: who read and who
-- searched is kept for three years, as the Personal Information Protection Law asks for records of handling (个人信息保护法 Art. 56); the
-- Cybersecurity Law (网络安全法) asks for six months of any log. A city may keep it longer, not shorter.
INSERT INTO jiesu.setting VALUES ('key_days', 400), ('parked_days', 90), ('access_log_years', 3) ON CONFLICT (name) DO NOTHING;

-- What is older than a setting of days says; NULL, and so nothing, without the setting.
CREATE FUNCTION jiesu.days_ago(setting text) RETURNS timestamptz LANGUAGE sql STABLE AS $$
    SELECT statement_timestamp() - make_interval(days => greatest(1, s.value)::int) FROM jiesu.setting s WHERE s.name = $1
$$;

-- LOG-INS. As 025, by an index. `ANY (ARRAY(…))` and not IN: however small the table, no planner reads all of it for a batch.
CREATE INDEX log_in_over ON jiesu.log_in ((least(ended_at, expires_at)));
CREATE OR REPLACE FUNCTION jiesu.purge_log_ins(most integer) RETURNS integer
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    gone integer;
BEGIN
    DELETE FROM jiesu.log_in l WHERE l.id = ANY (ARRAY(
        SELECT o.id FROM jiesu.log_in o WHERE least(o.ended_at, o.expires_at) < jiesu.days_ago('log_in_days')
        ORDER BY least(o.ended_at, o.expires_at) LIMIT most));
    GET DIAGNOSTICS gone = ROW_COUNT;
    RETURN gone;
END $$;

-- KEYS of registrations. Those from before count from today on. now() and not clock_timestamp(): the column comes without a rewrite.
ALTER TABLE jiesu.idempotency ADD COLUMN kept_at timestamptz NOT NULL DEFAULT now();
-- The key of an imported row stays: the same table may be put again after years, and must not make every case of it anew.
CREATE INDEX idempotency_age ON jiesu.idempotency (kept_at) WHERE NOT starts_with(key, 'import:');
CREATE FUNCTION jiesu.purge_keys(most integer) RETURNS integer
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    gone integer;
BEGIN
    DELETE FROM jiesu.idempotency i WHERE i.key = ANY (ARRAY(
        SELECT o.key FROM jiesu.idempotency o
        WHERE NOT starts_with(o.key, 'import:') AND o.kept_at < jiesu.days_ago('key_days')
            AND NOT EXISTS (SELECT FROM jiesu.case_file f WHERE f.id = o.case_id
                AND f.state NOT IN ('closed', 'withdrawn', 'redirected', 'refused'))
        ORDER BY o.kept_at LIMIT most));
    GET DIAGNOSTICS gone = ROW_COUNT;
    RETURN gone;
END $$;

-- WHO READ AND WHO SEARCHED. Nobody deletes a row that is younger than three years, whoever owns the schema neither; none is ever changed.
DROP TRIGGER access_log_append_only ON jiesu.access_log;
CREATE TRIGGER access_log_append_only BEFORE UPDATE OR TRUNCATE ON jiesu.access_log
    FOR EACH STATEMENT EXECUTE FUNCTION jiesu.append_only();
CREATE TRIGGER access_log_kept BEFORE DELETE ON jiesu.access_log
    FOR EACH ROW WHEN (OLD.at > clock_timestamp() - interval '3 years') EXECUTE FUNCTION jiesu.append_only();
DROP TRIGGER search_log_append_only ON jiesu.search_log;
CREATE TRIGGER search_log_append_only BEFORE UPDATE OR TRUNCATE ON jiesu.search_log
    FOR EACH STATEMENT EXECUTE FUNCTION jiesu.append_only();
CREATE TRIGGER search_log_kept BEFORE DELETE ON jiesu.search_log
    FOR EACH ROW WHEN (OLD.at > clock_timestamp() - interval '3 years') EXECUTE FUNCTION jiesu.append_only();
CREATE INDEX search_log_at ON jiesu.search_log (at);

CREATE FUNCTION jiesu.reads_kept_from() RETURNS timestamptz LANGUAGE sql STABLE AS $$
    SELECT statement_timestamp() - make_interval(years => greatest(3, s.value)::int) FROM jiesu.setting s WHERE s.name = 'access_log_years'
$$;
-- What was read of a case that is not at its end stays, however long ago.
CREATE FUNCTION jiesu.purge_access_log(most integer) RETURNS integer
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    gone integer;
BEGIN
    DELETE FROM jiesu.access_log l WHERE l.id = ANY (ARRAY(
        SELECT o.id FROM jiesu.access_log o
        WHERE o.at < jiesu.reads_kept_from()
            AND NOT EXISTS (SELECT FROM jiesu.case_file f WHERE f.id = o.case_id
                AND f.state NOT IN ('closed', 'withdrawn', 'redirected', 'refused'))
        ORDER BY o.at, o.id LIMIT most));
    GET DIAGNOSTICS gone = ROW_COUNT;
    RETURN gone;
END $$;
CREATE FUNCTION jiesu.purge_search_log(most integer) RETURNS integer
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    gone integer;
BEGIN
    DELETE FROM jiesu.search_log l WHERE l.id = ANY (ARRAY(
        SELECT o.id FROM jiesu.search_log o WHERE o.at < jiesu.reads_kept_from() ORDER BY o.at LIMIT most));
    GET DIAGNOSTICS gone = ROW_COUNT;
    RETURN gone;
END $$;

-- PARKED. A message that was no event, and what no service owes the case any more: one at its end, with its facts made, without a clock,
-- callback, order or proof that it has yet to hear of. What still holds a case up stays until a person has seen to it.
CREATE INDEX parked_age ON jiesu.parked (parked_at);
CREATE FUNCTION jiesu.purge_parked(most integer) RETURNS integer
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    gone integer;
BEGIN
    DELETE FROM jiesu.parked p WHERE p.id = ANY (ARRAY(
        SELECT o.id FROM jiesu.parked o LEFT JOIN jiesu.case_file f ON f.id = o.case_id
        WHERE o.parked_at < jiesu.days_ago('parked_days')
            AND (f.id IS NULL OR f.state IN ('closed', 'withdrawn', 'redirected', 'refused') AND f.reported >= f.version
                AND f.callback_at IS NULL
                AND NOT EXISTS (SELECT FROM jiesu.clock c WHERE c.case_id = f.id)
                AND NOT EXISTS (SELECT FROM jiesu.command d WHERE d.case_id = f.id AND d.decided_at IS NULL)
                AND NOT EXISTS (SELECT FROM jiesu.notice n WHERE n.case_id = f.id AND n.state = 'delivered' AND NOT n.told))
        ORDER BY o.parked_at LIMIT most));
    GET DIAGNOSTICS gone = ROW_COUNT;
    RETURN gone;
END $$;

REVOKE EXECUTE ON FUNCTION jiesu.days_ago(text), jiesu.reads_kept_from(), jiesu.purge_keys(integer),
    jiesu.purge_access_log(integer), jiesu.purge_search_log(integer), jiesu.purge_parked(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION jiesu.purge_keys(integer), jiesu.purge_access_log(integer), jiesu.purge_search_log(integer),
    jiesu.purge_parked(integer) TO jiesu_routing;
