-- Which cases an organisation's people see at the centre, as `mayRead` says it of one: so that a list is cut after what its reader may see.
-- `above`: the reader's organisation and all whom it reports to or has succeeded; `always`, `disputed`: the policies that give it a
-- part in every case, and in those whose competence was disputed. Without a reader: every case. Simple enough to be inlined.
CREATE FUNCTION jiesu.is_shown(f jiesu.case_file, reader text, above text[], always text[], disputed text[]) RETURNS boolean
    LANGUAGE sql IMMUTABLE AS $$
    SELECT reader IS NULL OR (f.accused = '{}' OR NOT f.accused && above) AND (
        f.lead = reader OR f.helpers <> '{}' AND f.helpers @> ARRAY[reader] OR f.policies && always
        OR f.policies && disputed AND f.course::jsonb ? 'dispute')
$$;
-- What repeats a case.
CREATE INDEX case_file_earlier ON jiesu.case_file (earlier) WHERE earlier IS NOT NULL;
REVOKE EXECUTE ON FUNCTION jiesu.is_shown(jiesu.case_file, text, text[], text[], text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION jiesu.is_shown(jiesu.case_file, text, text[], text[], text[]) TO jiesu_routing, jiesu_callback;
