-- What a desk hears at once: the events that its organisation is told, in a way that can be followed without missing any.

-- The transaction that appended the event. Not a part of it, so the hash does not cover it: it says something of this database
-- alone. Versions order the events of one case; across cases there is no order but that of commits, and a snapshot is the one way
-- to say "all that was committed until then". NULL for events from before, which nobody asks for any more.
ALTER TABLE jiesu.case_event ADD COLUMN tx xid8;
ALTER TABLE jiesu.case_event ALTER COLUMN tx SET DEFAULT pg_current_xact_id();
-- Every event goes to jiesu.cases. Those that go there alone are most of them, and concern no desk.
CREATE INDEX case_event_told ON jiesu.case_event (tx) WHERE cardinality(told) > 1;

-- What the login's organisation was told between two moments, each given as a snapshot; the later one must not lie ahead. It
-- costs what the whole city was told meanwhile. Beyond 20000 events of that, or from a snapshot that this database never had (it
-- was restored since), comes a row without a case: too much to tell, look at everything anew.
--
-- Codes and times only. Who lost a case is told that, and sees no state; what is complained about oneself or about whom one
-- reports to is never told.
CREATE FUNCTION jiesu.my_news(since pg_snapshot, upto pg_snapshot)
    RETURNS TABLE (tx xid8, case_id bigint, version integer, kind text, at timestamptz, state text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH told AS MATERIALIZED (
        (SELECT e.tx, e.case_id, e.version, e.kind, e.at, e.told FROM jiesu.case_event e
        WHERE cardinality(e.told) > 1 AND e.tx >= pg_snapshot_xmax($1) AND e.tx < pg_snapshot_xmax($2)
        ORDER BY e.tx LIMIT 20001)
        UNION ALL -- what was under way at the earlier moment
        (SELECT e.tx, e.case_id, e.version, e.kind, e.at, e.told
        FROM pg_snapshot_xip($1) AS late (tx) JOIN jiesu.case_event e ON e.tx = late.tx
        WHERE cardinality(e.told) > 1 LIMIT 20001)
    )
    SELECT t.tx, t.case_id, t.version, t.kind, t.at,
        CASE WHEN f.lead = mine.code OR mine.code = ANY (f.helpers) THEN f.state END
    FROM told t JOIN jiesu.case_file f ON f.id = t.case_id, jiesu.my_organisation() AS mine (code)
    WHERE t.told @> ARRAY['jiesu.inbox.' || mine.code] AND pg_visible_in_snapshot(t.tx, $2)
        AND (f.accused = '{}' OR NOT jiesu.i_am_under(f.accused))
    UNION ALL
    SELECT NULL, NULL, NULL, NULL, NULL, NULL
    WHERE (SELECT count(*) FROM told) > 20000 OR pg_snapshot_xmax($1) > pg_snapshot_xmax($2)
    ORDER BY 1 NULLS FIRST, 2, 3
$$;
REVOKE EXECUTE ON FUNCTION jiesu.my_news(pg_snapshot, pg_snapshot) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION jiesu.my_news(pg_snapshot, pg_snapshot) TO jiesu_desk;
