-- What a desk asks holds the limits of the case that it names until it is decided; so it may name only cases that it sees.
ALTER TABLE jiesu.command ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_cases ON jiesu.command FOR INSERT TO jiesu_desk
    WITH CHECK (EXISTS (SELECT FROM jiesu.my_case f WHERE f.id = case_id));
-- Grants alone bound what the services do.
CREATE POLICY services ON jiesu.command TO jiesu_routing, jiesu_deadlines, jiesu_callback, jiesu_intake USING (true);
