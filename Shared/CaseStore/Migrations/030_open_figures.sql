-- Facts say under which schemes a round was handled, by which of them a limit held, and who wrote the rating down. All facts are made
-- anew by the service, some hundred cases a transaction; until then they are not counted before the public.
ALTER TABLE jiesu.report_fact ADD COLUMN profiles text[] NOT NULL DEFAULT '{}',
    ADD COLUMN limited_by text[] NOT NULL DEFAULT '{}', ADD COLUMN rated_by text;
UPDATE jiesu.case_file SET reported = 0 WHERE reported > 0;
