-- A desk writes notes on cases that it sees, in the name of its own people; and so its commands.
CREATE FUNCTION jiesu.is_mine(account bigint) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
    SELECT EXISTS (SELECT FROM jiesu.account a WHERE a.id = $1 AND a.organisation = jiesu.my_organisation())
$$;
REVOKE EXECUTE ON FUNCTION jiesu.is_mine(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION jiesu.is_mine(bigint) TO jiesu_desk;
ALTER TABLE jiesu.note ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_cases ON jiesu.note FOR INSERT TO jiesu_desk
    WITH CHECK (EXISTS (SELECT FROM jiesu.my_case f WHERE f.id = case_id) AND jiesu.is_mine(account));
CREATE POLICY services ON jiesu.note TO jiesu_routing, jiesu_callback USING (true);
ALTER POLICY own_cases ON jiesu.command
    WITH CHECK (EXISTS (SELECT FROM jiesu.my_case f WHERE f.id = case_id) AND jiesu.is_mine(account));
