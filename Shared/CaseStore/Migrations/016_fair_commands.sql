-- However much one organisation asks, the others are decided beside it: each has its turn, and so has each case.
DROP INDEX jiesu.command_waiting, jiesu.command_waiting_since;
CREATE INDEX command_waiting ON jiesu.command (case_id, received_at) WHERE decided_at IS NULL;
CREATE INDEX command_waiting_by ON jiesu.command (organisation, received_at) WHERE decided_at IS NULL;
