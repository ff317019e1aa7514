-- Who owes the callback that `callback_at` speaks of: whoever runs the line, or the organisation that leads.
ALTER TABLE jiesu.case_file ADD COLUMN callback_by text CHECK (callback_by IN ('centre', 'handler'));
UPDATE jiesu.case_file SET callback_by = 'centre' WHERE callback_at IS NOT NULL;
DROP INDEX jiesu.case_file_callback;
CREATE INDEX case_file_callback ON jiesu.case_file (callback_by, callback_at) WHERE callback_at IS NOT NULL;
CREATE OR REPLACE VIEW jiesu.my_case WITH (security_barrier) AS
    SELECT f.* FROM jiesu.case_file f
    WHERE (f.lead = (SELECT jiesu.my_organisation()) OR f.helpers @> ARRAY[(SELECT jiesu.my_organisation())])
        AND (f.accused = '{}' OR NOT jiesu.i_am_under(f.accused));
