-- A desk that hangs holds nothing of the centre's for long. It could set these otherwise for itself: they are for mishaps, not malice.
CREATE FUNCTION jiesu.bound_desk(login name) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER ROLE %I SET idle_in_transaction_session_timeout = ''10s''', login);
    EXECUTE format('ALTER ROLE %I SET statement_timeout = ''30s''', login);
    EXECUTE format('ALTER ROLE %I SET lock_timeout = ''5s''', login);
END $$;
REVOKE EXECUTE ON FUNCTION jiesu.bound_desk(name) FROM PUBLIC;
SELECT jiesu.bound_desk(r.rolname) FROM jiesu.desk_login d JOIN pg_roles r ON r.rolname = d.login;
-- As 004, and bounded.
CREATE OR REPLACE FUNCTION jiesu.add_desk(organisation text, password text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    role name := 'jiesu_desk_' || organisation;
BEGIN
    IF EXISTS (
        SELECT FROM jiesu.desk_login d JOIN pg_roles r ON r.rolname = d.login
        WHERE d.login = role AND pg_has_role(r.oid, 'jiesu_desk', 'USAGE')
    ) THEN
        RETURN 'there';
    END IF;
    INSERT INTO jiesu.desk_login VALUES (role, organisation) ON CONFLICT (login) DO NOTHING;
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = role) THEN
        EXECUTE format('GRANT jiesu_desk TO %I', role);
        PERFORM jiesu.bound_desk(role);
        RETURN 'completed';
    END IF;
    EXECUTE format('CREATE ROLE %I LOGIN CONNECTION LIMIT 32 IN ROLE jiesu_desk PASSWORD %L', role, password);
    PERFORM jiesu.bound_desk(role);
    RETURN 'made';
END $$;
