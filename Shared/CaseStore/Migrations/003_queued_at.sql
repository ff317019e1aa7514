-- How long a message has waited is not how old its event is: `jiesu.raise_generation()` queues old ones anew.
ALTER TABLE jiesu.outbox ADD COLUMN queued_at timestamptz NOT NULL DEFAULT clock_timestamp();
