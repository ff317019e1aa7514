-- The share of last month's accepted cases that are put under supervision is counted from these, not from all facts.
CREATE INDEX report_fact_accepted ON jiesu.report_fact (accepted_at) WHERE latest;
CREATE INDEX report_fact_supervised ON jiesu.report_fact (case_id) WHERE supervised;
