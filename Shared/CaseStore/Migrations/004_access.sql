-- Access: who may log in, whose name a desk's login speaks in, and the record of who read a person's text.
-- Machine time throughout: a simulation that stands still would keep a log-in alive for ever.

DO $$
DECLARE
    role text;
BEGIN
    -- jiesu_desk logs in nowhere: it holds the rights of a desk, and each desk's own login is a member.
    FOREACH role IN ARRAY
        ARRAY['jiesu_deadlines LOGIN', 'jiesu_callback LOGIN', 'jiesu_reporting LOGIN', 'jiesu_desk NOLOGIN']
    LOOP
        BEGIN
            EXECUTE 'CREATE ROLE ' || role;
        EXCEPTION WHEN duplicate_object OR unique_violation THEN
            NULL; -- roles belong to the cluster; another database of it made them
        END;
    END LOOP;
END $$;

-- What `jiesu organisation add` made stays when the organisations file is put again; what the file made goes with it.
ALTER TABLE jiesu.jurisdiction ADD COLUMN origin text NOT NULL DEFAULT 'file' CHECK (origin IN ('file', 'command'));

-- Which organisation a desk's login speaks for. No desk may write it, or it could speak for another.
CREATE TABLE jiesu.desk_login (
    login        name PRIMARY KEY,
    organisation text NOT NULL REFERENCES jiesu.organisation
);

-- From session_user, which neither SET ROLE nor a SECURITY DEFINER function changes, and never from a setting, which the client
-- may change. NULL for the centre's logins.
CREATE FUNCTION jiesu.my_organisation() RETURNS text LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS
    'SELECT organisation FROM jiesu.desk_login WHERE login = session_user';

-- Whether the login may act for an organisation (NULL: for the centre itself): a desk for its own alone, the centre for all. The
-- centre is who may read every case: having no row in desk_login is not enough, or a desk that lost its row would become it.
CREATE FUNCTION jiesu.acts_for(text) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(mine = $1, mine IS NULL AND has_table_privilege(session_user, 'jiesu.case_file', 'SELECT'))
    FROM (SELECT jiesu.my_organisation()) AS login (mine)
$$;

-- Makes a desk's login, or completes it, and says which it was: made, completed, or there. Only when the role is made the
-- password counts; it comes as a SCRAM verifier, for as text it could end in the server's log. The limit keeps one district
-- from taking every connection.
CREATE FUNCTION jiesu.add_desk(organisation text, password text) RETURNS text LANGUAGE plpgsql AS $$
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
        RETURN 'completed';
    END IF;
    EXECUTE format('CREATE ROLE %I LOGIN CONNECTION LIMIT 32 IN ROLE jiesu_desk PASSWORD %L', role, password);
    RETURN 'made';
END $$;

-- Who may log in. `organisation` is NULL for the centre's own people; `roles` are codes of codes.json.
CREATE TABLE jiesu.account (
    id                  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name                text NOT NULL UNIQUE CHECK (name ~ '^[a-z0-9][a-z0-9._-]{0,63}$'),
    title               text NOT NULL,
    organisation        text REFERENCES jiesu.organisation,
    roles               text[] NOT NULL CHECK (cardinality(roles) > 0),
    password            text NOT NULL,
    made_at             timestamptz NOT NULL DEFAULT clock_timestamp(),
    password_changed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    disabled_at         timestamptz
);

-- Who is logged in (session), and what programs log in with (token). The token itself is only with its holder.
CREATE TABLE jiesu.log_in (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    hash       bytea NOT NULL UNIQUE,
    account    bigint NOT NULL REFERENCES jiesu.account,
    kind       text NOT NULL CHECK (kind IN ('session', 'token')),
    label      text,
    made_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    expires_at timestamptz NOT NULL,
    ended_at   timestamptz
);
CREATE INDEX log_in_account ON jiesu.log_in (account);

-- 2^10 rounds, about a tenth of a second. The stand-in in log_in has as many.
CREATE FUNCTION jiesu.password_hash(password text) RETURNS text LANGUAGE sql VOLATILE AS
    'SELECT jiesu.crypt($1, jiesu.gen_salt(''bf'', 10))';
CREATE FUNCTION jiesu.token_hash(token text) RETURNS bytea LANGUAGE sql STABLE AS
    'SELECT sha256(convert_to($1, ''UTF8''))';
CREATE FUNCTION jiesu.issue_token(account bigint, kind text, label text, lasts interval)
    RETURNS TABLE (token text, expires_at timestamptz) LANGUAGE sql VOLATILE AS $$
    WITH made AS MATERIALIZED (SELECT encode(jiesu.gen_random_bytes(32), 'hex') AS token),
    kept AS (
        INSERT INTO jiesu.log_in (hash, account, kind, label, expires_at)
        SELECT jiesu.token_hash(made.token), $1, $2, $3, clock_timestamp() + $4 FROM made
        RETURNING log_in.expires_at
    )
    SELECT made.token, kept.expires_at FROM made, kept
$$;

-- No row for a name that is unknown, disabled or another organisation's, and for a wrong password.
CREATE FUNCTION jiesu.log_in(name text, password text) RETURNS TABLE (token text, expires_at timestamptz)
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    account bigint;
    hash text;
BEGIN
    SELECT a.id, a.password INTO account, hash FROM jiesu.account a
    WHERE a.name = log_in.name AND a.disabled_at IS NULL AND jiesu.acts_for(a.organisation);
    -- Without an account a stand-in is tried, or the time taken would tell which names there are.
    hash := coalesce(hash, '$2a$10$VwtRQBe7JTwXRcbQlPzy5.h.vXzPDzTKGgO4gBxFwMhCGEvDxrX7a');
    IF jiesu.crypt(log_in.password, hash) = hash AND account IS NOT NULL THEN
        RETURN QUERY SELECT * FROM jiesu.issue_token(account, 'session', NULL, interval '12 hours');
    END IF;
END $$;

-- No row for a token that is unknown, ended, expired, another organisation's, or of a disabled account.
CREATE FUNCTION jiesu.session(token text) RETURNS TABLE (account bigint, organisation text, roles text[])
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT a.id, a.organisation, a.roles FROM jiesu.log_in l JOIN jiesu.account a ON a.id = l.account
    WHERE l.hash = jiesu.token_hash($1) AND l.ended_at IS NULL AND l.expires_at > clock_timestamp()
        AND a.disabled_at IS NULL AND jiesu.acts_for(a.organisation)
$$;

CREATE FUNCTION jiesu.log_out(token text) RETURNS void LANGUAGE sql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
    UPDATE jiesu.log_in l SET ended_at = clock_timestamp() FROM jiesu.account a
    WHERE l.hash = jiesu.token_hash($1) AND l.ended_at IS NULL AND a.id = l.account AND jiesu.acts_for(a.organisation)
$$;

-- Who asked to read whose text, when, and what for; a row is the ticket for it. Also what read_person then refuses stays here.
-- `case_id` refers to nothing, so that an attempt on a case that does not exist is kept too, and no case row is locked.
CREATE TABLE jiesu.access_log (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at           timestamptz NOT NULL DEFAULT clock_timestamp(),
    login        name NOT NULL DEFAULT session_user,
    organisation text DEFAULT jiesu.my_organisation(),
    tx           xid8 NOT NULL DEFAULT pg_current_xact_id(),
    account      bigint NOT NULL REFERENCES jiesu.account,
    case_id      bigint NOT NULL,
    purpose      text NOT NULL CHECK (purpose ~ '^[a-z][a-z_]{0,39}$')
);
CREATE INDEX access_log_case ON jiesu.access_log (case_id);
CREATE TRIGGER access_log_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON jiesu.access_log
    FOR EACH STATEMENT EXECUTE FUNCTION jiesu.append_only();

-- A function and not a right to INSERT, so that nobody but who may log in here can be written down, and the id comes back
-- without a right to read the record. NULL if the account is not one that the login may act for.
CREATE FUNCTION jiesu.ticket(account bigint, case_id bigint, purpose text) RETURNS bigint
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    INSERT INTO jiesu.access_log (account, case_id, purpose)
    SELECT a.id, $2, $3 FROM jiesu.account a
    WHERE a.id = $1 AND a.disabled_at IS NULL AND jiesu.acts_for(a.organisation)
    RETURNING id
$$;

-- What people wrote in a case and how to reach them, a row for each contact. Nothing unless the ticket is this login's own,
-- younger than a minute and committed before: a reader that rolls its ticket back must have read nothing. xmin would not do, a
-- savepoint has another. Within its minute a ticket may be used again: a mark that it was used could be rolled back together
-- with the reading.
--
-- The centre reads every case; a desk what it leads or helps with, and never a complaint about itself or about whom it reports
-- to. Who is anonymous has no contact for anybody.
CREATE FUNCTION jiesu.read_person(ticket bigint) RETURNS TABLE (
    number smallint, channel text, received_at timestamptz, title text, text text, place text, about text,
    name text, phone text, email text, address text
) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH RECURSIVE asked AS (
        SELECT f.id, f.identity, f.lead, f.helpers, f.accused, jiesu.my_organisation() AS mine
        FROM jiesu.access_log a JOIN jiesu.case_file f ON f.id = a.case_id
        WHERE a.id = $1 AND a.login = session_user AND a.at > clock_timestamp() - interval '1 minute'
            AND a.tx IS DISTINCT FROM pg_current_xact_id_if_assigned()
    ),
    line (code) AS (
        SELECT mine FROM asked
        UNION -- not ALL: a loop in bad data ends
        SELECT o.parent FROM line JOIN jiesu.organisation o ON o.code = line.code
    )
    SELECT s.number, s.channel, s.received_at, s.title, s.text, s.place, s.about, p.name, p.phone, p.email, p.address
    FROM asked JOIN jiesu.submission s ON s.case_id = asked.id
        LEFT JOIN jiesu.complainant p ON p.id = s.complainant AND asked.identity <> 'anonymous'
    WHERE CASE
        WHEN asked.mine IS NULL THEN jiesu.acts_for(NULL)
        ELSE (asked.lead = asked.mine OR asked.mine = ANY (asked.helpers))
            AND NOT EXISTS (SELECT FROM line WHERE line.code = ANY (asked.accused))
    END
    ORDER BY s.number
$$;

-- Rights.
REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA jiesu FROM PUBLIC;
GRANT USAGE ON SCHEMA jiesu TO jiesu_deadlines, jiesu_callback, jiesu_reporting, jiesu_desk;
GRANT EXECUTE ON FUNCTION jiesu.clock(), jiesu.micros(timestamptz), jiesu.moment(bigint)
    TO jiesu_deadlines, jiesu_callback, jiesu_reporting, jiesu_desk;
GRANT SELECT ON jiesu.setting, jiesu.broker, jiesu.simulation, jiesu.policy, jiesu.region, jiesu.organisation,
    jiesu.jurisdiction
    TO jiesu_deadlines, jiesu_callback, jiesu_reporting, jiesu_desk;
GRANT SELECT ON jiesu.case_file, jiesu.case_event TO jiesu_deadlines, jiesu_callback, jiesu_reporting;
GRANT SELECT, INSERT ON jiesu.parked TO jiesu_deadlines, jiesu_callback, jiesu_reporting;
-- Who appends events.
GRANT EXECUTE ON FUNCTION jiesu.framed(text),
    jiesu.event_body(bigint, integer, text, text, text, smallint, text, timestamptz, text[], text),
    jiesu.link(bytea, bytea, bytea), jiesu.chain(bytea, bytea)
    TO jiesu_deadlines, jiesu_callback;
GRANT INSERT ON jiesu.case_event, jiesu.outbox TO jiesu_deadlines, jiesu_callback;
GRANT UPDATE ON jiesu.case_file TO jiesu_deadlines, jiesu_callback;
-- Who has pages or an API with a log-in.
GRANT EXECUTE ON FUNCTION jiesu.log_in(text, text), jiesu.session(text), jiesu.log_out(text)
    TO jiesu_intake, jiesu_classification, jiesu_routing, jiesu_callback, jiesu_reporting, jiesu_desk;
-- Whose people must know what was written and by whom: dispatchers, callback agents, desks.
GRANT EXECUTE ON FUNCTION jiesu.ticket(bigint, bigint, text), jiesu.read_person(bigint)
    TO jiesu_routing, jiesu_callback, jiesu_desk;
GRANT EXECUTE ON FUNCTION jiesu.my_organisation()
    TO jiesu_intake, jiesu_classification, jiesu_routing, jiesu_deadlines, jiesu_callback, jiesu_reporting, jiesu_desk;

-- What PostgreSQL gives to everybody, and with which a stranger's login could fill the disk: what would take it back.
CREATE FUNCTION jiesu.open_to_public() RETURNS SETOF text LANGUAGE sql STABLE AS $$
    SELECT format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC', current_database())
    WHERE has_database_privilege('public', current_database(), 'TEMPORARY')
    UNION ALL
    SELECT 'REVOKE CREATE ON SCHEMA public FROM PUBLIC' FROM pg_namespace
    WHERE nspname = 'public' AND has_schema_privilege('public', oid, 'CREATE')
    UNION ALL
    SELECT format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', oid::regprocedure) FROM pg_proc
    WHERE pronamespace = 'pg_catalog'::regnamespace AND proname ~ '^lo_|^lo(read|write)$'
        AND has_function_privilege('public', oid, 'EXECUTE')
$$;
-- Takes it back, and tells what is still open because the login is neither a superuser nor the owner, of which PostgreSQL only
-- warns. Called whenever the database is brought up to date, so that a superuser can do later what an owner could not.
CREATE FUNCTION jiesu.close_to_public() RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    statement text;
BEGIN
    FOR statement IN SELECT * FROM jiesu.open_to_public() LOOP
        EXECUTE statement;
    END LOOP;
    RETURN QUERY SELECT * FROM jiesu.open_to_public();
END $$;
REVOKE EXECUTE ON FUNCTION jiesu.open_to_public(), jiesu.close_to_public() FROM PUBLIC;
SELECT jiesu.close_to_public();
