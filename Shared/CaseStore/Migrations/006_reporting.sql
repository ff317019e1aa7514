-- Facts for statistics: what each round of a case adds to them (Casework's Fact), folded from its events. Rates are computed from these
-- rows; nothing else is. A program that folds otherwise makes all of them anew: UPDATE jiesu.case_file SET reported = 0.
CREATE TABLE jiesu.report_fact (
    case_id       bigint NOT NULL,
    round         smallint NOT NULL,
    -- The case's last round: by it each case is counted once.
    latest        boolean NOT NULL,
    -- Where the round stands, or stood when the next one began.
    state         text NOT NULL,
    lead          text,
    subject       text,
    registered_at timestamptz NOT NULL,
    accepted_at   timestamptz,
    dispatched_at timestamptz,
    replied_at    timestamptz,
    closed_at     timestamptz,
    -- Some limit of step `close` holds in this round; which of them were missed in it.
    limited       boolean NOT NULL,
    missed        text[] NOT NULL,
    resolved      boolean,
    satisfaction  text,
    supervised    boolean NOT NULL,
    PRIMARY KEY (case_id, round)
);
CREATE INDEX report_fact_registered ON jiesu.report_fact (registered_at);

-- The version up to which a case's facts were made. Every case that is there already is owed its facts.
ALTER TABLE jiesu.case_file ADD COLUMN reported integer NOT NULL DEFAULT 0;
CREATE INDEX case_file_owed_reporting ON jiesu.case_file (id) WHERE reported < version;

-- Rights. Reporting changes no case: of its row it writes that one column.
GRANT SELECT, INSERT, UPDATE ON jiesu.report_fact TO jiesu_reporting;
GRANT UPDATE (reported) ON jiesu.case_file TO jiesu_reporting;
