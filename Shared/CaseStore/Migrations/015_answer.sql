-- What was answered, or on what basis it was closed by hand (R-HD-20), for whoever holds number and code: intake itself reads no note.
CREATE FUNCTION jiesu.answer(id bigint, code bytea) RETURNS text LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
    SELECT n.text FROM jiesu.case_event e JOIN jiesu.note n ON n.number = (e.payload::jsonb ->> 'note')::bigint AND n.case_id = e.case_id
    WHERE e.case_id = $1 AND (e.kind = 'replied' AND e.payload::jsonb ->> 'to' = 'complainant' OR e.kind = 'closed')
        AND (jiesu.query_codes(ARRAY[$1]))[1] = $2
    ORDER BY e.version DESC LIMIT 1
$$;
REVOKE EXECUTE ON FUNCTION jiesu.answer(bigint, bytea) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION jiesu.answer(bigint, bytea) TO jiesu_intake;
