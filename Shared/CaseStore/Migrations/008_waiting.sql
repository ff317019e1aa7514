-- Whoever decides at once what a person wants fires first what was due before, but nothing over a command that waits: so it sees that one
-- waits, and since when.
GRANT SELECT (case_id, received_at, decided_at) ON jiesu.command TO jiesu_intake, jiesu_callback;
