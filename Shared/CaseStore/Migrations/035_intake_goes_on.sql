-- Why somebody applies for a review (复核申请) is a further submission of the case, by whoever wrote the first one. Intake may not read what
-- was written, only which submissions there are.
GRANT SELECT (case_id, number, complainant) ON jiesu.submission TO jiesu_intake;

-- What an operator answers at once is a note of the case, in the transaction that registers it.
GRANT INSERT ON jiesu.note TO jiesu_intake;
GRANT USAGE ON SEQUENCE jiesu.note_number_seq TO jiesu_intake;
CREATE POLICY intake ON jiesu.note FOR INSERT TO jiesu_intake WITH CHECK (true);
