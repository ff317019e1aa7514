-- Whoever works on a case fires first what was due before, and not over a command that waits (as 008).
GRANT SELECT (case_id, received_at, decided_at) ON jiesu.command TO jiesu_classification;
CREATE POLICY classification ON jiesu.command TO jiesu_classification USING (true);
