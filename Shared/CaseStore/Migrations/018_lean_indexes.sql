-- The relay asks how far ids were given, to pass over what it has deleted.
GRANT SELECT ON SEQUENCE jiesu.outbox_id_seq TO jiesu_routing;
-- Most cases have no helpers; those need no entry, and each change of a case made one.
DROP INDEX jiesu.case_file_helpers;
CREATE INDEX case_file_helpers ON jiesu.case_file USING gin (helpers)
    WHERE helpers <> '{}' AND state NOT IN ('closed', 'withdrawn', 'redirected', 'refused');
-- And an organisation's open cases are found by one of two indexes that hold nothing else, whatever open states are asked for.
DROP INDEX jiesu.case_file_lead;
CREATE INDEX case_file_lead ON jiesu.case_file (lead, limit_at)
    WHERE lead IS NOT NULL AND state NOT IN ('closed', 'withdrawn', 'redirected', 'refused');
CREATE OR REPLACE VIEW jiesu.my_case WITH (security_barrier) AS
    SELECT f.* FROM jiesu.case_file f
    WHERE (f.lead = (SELECT jiesu.my_organisation())
            OR f.helpers <> '{}' AND f.helpers @> ARRAY[(SELECT jiesu.my_organisation())])
        AND (f.accused = '{}' OR NOT jiesu.i_am_under(f.accused));
