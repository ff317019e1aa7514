-- When the first of a case's orders to supervise that still run must be answered, whatever state the case is in: a closed one is on no
-- other list. Kept by whoever changes the case.
ALTER TABLE jiesu.case_file ADD COLUMN supervised_until timestamptz;
UPDATE jiesu.case_file f SET supervised_until = (
    SELECT min(jiesu.moment((o ->> 'due')::bigint)) FROM jsonb_array_elements(f.course::jsonb -> 'orders') AS o
    WHERE NOT coalesce((o ->> 'isEnded')::boolean, false))
WHERE f.course LIKE '%"orders":[%';
CREATE INDEX case_file_supervised ON jiesu.case_file (supervised_until) WHERE supervised_until IS NOT NULL;
-- An organisation's supervised cases are found by the index above, not among all that it ever had.
CREATE OR REPLACE VIEW jiesu.my_case WITH (security_barrier) AS
    SELECT f.* FROM jiesu.case_file f
    WHERE (f.lead = (SELECT jiesu.my_organisation())
            OR f.helpers <> '{}' AND f.helpers @> ARRAY[(SELECT jiesu.my_organisation())])
        AND (f.accused = '{}' OR NOT jiesu.i_am_under(f.accused));

-- What was escalated last.
CREATE INDEX case_event_escalated ON jiesu.case_event (at) WHERE kind = 'escalated';
CREATE INDEX case_event_supervised ON jiesu.case_event (at) WHERE kind = 'supervised';

-- How many cases a scheme wants supervised is told where they are ordered.
GRANT SELECT ON jiesu.report_fact TO jiesu_routing;
