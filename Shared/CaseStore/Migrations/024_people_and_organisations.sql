-- Organisations that change their name, merge or end; deputies; first passwords; and who read what.

-- ORGANISATIONS. A disabled one stays for what has happened: nothing new comes to it, and its part in open cases goes to its successor.
ALTER TABLE jiesu.organisation
    ADD COLUMN disabled_at timestamptz,
    ADD COLUMN successor text REFERENCES jiesu.organisation CHECK (successor <> code),
    ADD CHECK (disabled_at IS NOT NULL OR successor IS NULL);

-- Whether an organisation is one of those complained about, has succeeded one of them, or reports to such a one (R-RT-47).
CREATE FUNCTION jiesu.is_under(organisation text, accused text[]) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
    WITH RECURSIVE line (code) AS (
        SELECT $1
        UNION -- not ALL: a loop in bad data ends
        SELECT o.parent FROM line JOIN jiesu.organisation o ON o.code = line.code
    ), named (code) AS (
        SELECT unnest($2)
        UNION
        SELECT o.successor FROM named JOIN jiesu.organisation o ON o.code = named.code
    )
    SELECT EXISTS (SELECT FROM line JOIN named USING (code))
$$;
CREATE OR REPLACE FUNCTION jiesu.i_am_under(accused text[]) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS 'SELECT jiesu.is_under(jiesu.my_organisation(), $1)';
-- Whoever took a case over reads what the organisation before wrote down about it.
CREATE FUNCTION jiesu.i_succeeded(organisation text) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
    WITH RECURSIVE line (code) AS (
        SELECT $1
        UNION
        SELECT o.successor FROM line JOIN jiesu.organisation o ON o.code = line.code
    )
    SELECT EXISTS (SELECT FROM line WHERE code = jiesu.my_organisation())
$$;
CREATE OR REPLACE VIEW jiesu.my_note WITH (security_barrier) AS
    SELECT n.* FROM jiesu.note n
    WHERE n.organisation = (SELECT jiesu.my_organisation())
        OR (n.organisation IS NULL OR jiesu.i_succeeded(n.organisation))
            AND EXISTS (SELECT FROM jiesu.my_case f WHERE f.id = n.case_id);

-- The cases in which an organisation still has something to do: open ones, and closed ones that are to be called back on or whose
-- supervision runs. What a person is about to decide is none.
CREATE FUNCTION jiesu.cases_of(organisation text) RETURNS SETOF bigint LANGUAGE sql STABLE AS $$
    SELECT f.id FROM jiesu.case_file f
    WHERE f.lead = $1 AND f.state NOT IN ('closed', 'withdrawn', 'redirected', 'refused')
        AND f.state IN ('dispatched', 'signed', 'replied')
    UNION
    SELECT f.id FROM jiesu.case_file f
    WHERE f.helpers <> '{}' AND f.helpers @> ARRAY[$1] AND f.state NOT IN ('closed', 'withdrawn', 'redirected', 'refused')
        AND f.state IN ('dispatched', 'signed', 'replied')
    UNION
    SELECT f.id FROM jiesu.case_file f WHERE f.callback_at IS NOT NULL AND f.state = 'closed' AND f.lead = $1
    UNION
    SELECT f.id FROM jiesu.clock c JOIN jiesu.case_file f ON f.id = c.case_id WHERE f.state = 'closed' AND f.lead = $1
$$;

-- Says what became of it: `unknown`, `disabled`, `taken` (another is called so), `there`, `renamed`. The title alone changes; the old one
-- stays a name by which complaints find it.
CREATE FUNCTION jiesu.rename_organisation(code text, title text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    one jiesu.organisation;
BEGIN
    SELECT * INTO one FROM jiesu.organisation o WHERE o.code = $1 FOR UPDATE;
    IF NOT FOUND THEN RETURN 'unknown'; END IF;
    IF one.disabled_at IS NOT NULL THEN RETURN 'disabled'; END IF;
    IF one.title = $2 THEN RETURN 'there'; END IF;
    IF EXISTS (SELECT FROM jiesu.organisation o WHERE o.title = $2 AND o.disabled_at IS NULL) THEN RETURN 'taken'; END IF;
    UPDATE jiesu.organisation o SET title = $2, aliases = array_remove(array_remove(o.aliases, one.title), $2) || one.title
    WHERE o.code = $1;
    UPDATE jiesu.setting SET value = value + 1 WHERE name = 'rules';
    RETURN 'renamed';
END $$;

-- Disables an organisation; with `merges` its jurisdictions, duties and subordinate organisations go to its successor as well. Says what
-- became of it: `unknown`, `unknown_successor`, `other_successor`, `open_cases` (and nobody succeeds), `there`, `disabled`. Its open cases
-- are handed over after it, one by one: that is decided, not written here.
CREATE FUNCTION jiesu.disable_organisation(code text, successor text, merges boolean) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    one jiesu.organisation;
    heir jiesu.organisation;
    desk name;
BEGIN
    PERFORM FROM jiesu.organisation o WHERE o.code IN ($1, $2) ORDER BY o.code FOR UPDATE;
    SELECT * INTO one FROM jiesu.organisation o WHERE o.code = $1;
    IF NOT FOUND THEN RETURN 'unknown'; END IF;
    SELECT * INTO heir FROM jiesu.organisation o WHERE o.code = $2;
    IF one.disabled_at IS NOT NULL THEN
        IF $2 IS NOT NULL AND one.successor IS DISTINCT FROM $2 THEN RETURN 'other_successor'; END IF;
        RETURN 'there';
    END IF;
    IF $2 IS NOT NULL AND (heir.code IS NULL OR $1 = $2 OR heir.disabled_at IS NOT NULL OR one.inbox AND NOT heir.inbox) THEN
        RETURN 'unknown_successor';
    END IF;
    IF $2 IS NULL AND EXISTS (SELECT FROM jiesu.cases_of($1)) THEN RETURN 'open_cases'; END IF;
    IF merges THEN
        INSERT INTO jiesu.jurisdiction (organisation, region, subject, origin)
        SELECT $2, j.region, j.subject, 'command' FROM jiesu.jurisdiction j WHERE j.organisation = $1 ON CONFLICT DO NOTHING;
        UPDATE jiesu.organisation o SET roles = (SELECT array_agg(DISTINCT r ORDER BY r) FROM unnest(o.roles || one.roles) AS r)
        WHERE o.code = $2 AND NOT o.roles @> one.roles;
        UPDATE jiesu.organisation o SET parent = CASE WHEN o.code = $2 THEN one.parent ELSE $2 END WHERE o.parent = $1;
    END IF;
    DELETE FROM jiesu.jurisdiction j WHERE j.organisation = $1;
    UPDATE jiesu.organisation o SET disabled_at = clock_timestamp(), successor = $2, roles = '{}' WHERE o.code = $1;
    UPDATE jiesu.setting SET value = value + 1 WHERE name = 'rules';
    UPDATE jiesu.log_in l SET ended_at = clock_timestamp() FROM jiesu.account a
    WHERE a.id = l.account AND a.organisation = $1 AND l.ended_at IS NULL;
    UPDATE jiesu.account a SET disabled_at = clock_timestamp() WHERE a.organisation = $1 AND a.disabled_at IS NULL;
    FOR desk IN DELETE FROM jiesu.desk_login d WHERE d.organisation = $1 RETURNING d.login LOOP
        -- Whoever is still connected speaks for nobody any more and sees nothing.
        IF EXISTS (SELECT FROM pg_roles WHERE rolname = desk) THEN EXECUTE format('ALTER ROLE %I NOLOGIN', desk); END IF;
        BEGIN
            PERFORM pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = desk AND datname = current_database();
        EXCEPTION WHEN insufficient_privilege THEN
            NULL;
        END;
    END LOOP;
    RETURN 'disabled';
END $$;

-- DEPUTIES. Who approves in whose place, and when (legal time). Both work in the same place; a deputy's deputy is nobody's.
CREATE TABLE jiesu.deputy (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    absent   bigint NOT NULL REFERENCES jiesu.account,
    deputy   bigint NOT NULL REFERENCES jiesu.account CHECK (deputy <> absent),
    from_at  timestamptz NOT NULL,
    until_at timestamptz NOT NULL CHECK (until_at > from_at),
    made_by  bigint REFERENCES jiesu.account, -- NULL: by whoever owns the schema
    made_at  timestamptz NOT NULL DEFAULT jiesu.clock(),
    ended_at timestamptz
);
CREATE INDEX deputy_deputy ON jiesu.deputy (deputy);
CREATE INDEX deputy_absent ON jiesu.deputy (absent) WHERE ended_at IS NULL;

-- Those in whose place an account could approve at a moment of legal time, with the roles that they had when a transaction ended (without
-- one: that they have): [{"account": 5, "roles": ["leader"]}].
CREATE FUNCTION jiesu.stood_in(account bigint, at timestamptz, tx xid) RETURNS text LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(json_agg(json_build_object('account', a.id, 'roles', jiesu.roles_at(a.id, $3)) ORDER BY a.id)::text, '[]')
    FROM jiesu.deputy d JOIN jiesu.account a ON a.id = d.absent JOIN jiesu.account me ON me.id = d.deputy
    WHERE d.deputy = $1 AND d.made_at <= $2 AND (d.ended_at IS NULL OR d.ended_at > $2) AND $2 >= d.from_at AND $2 < d.until_at
        AND (a.disabled_at IS NULL OR a.disabled_at > $2) AND a.organisation IS NOT DISTINCT FROM me.organisation
$$;
CREATE FUNCTION jiesu.stands_in(account bigint) RETURNS text LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS 'SELECT jiesu.stood_in($1, jiesu.clock(), NULL)';
GRANT EXECUTE ON FUNCTION jiesu.stood_in(bigint, timestamptz, xid) TO jiesu_routing;

-- FIRST PASSWORDS. What an administrator made up must be changed before anything else is done with it.
ALTER TABLE jiesu.account ADD COLUMN must_change boolean NOT NULL DEFAULT false;

-- As 019, and: the name, where they work, whether the password must be changed first, for whom they stand in. Nobody of an organisation
-- that is no more.
DROP FUNCTION jiesu.session(text);
CREATE FUNCTION jiesu.session(token text)
    RETURNS TABLE (account bigint, organisation text, roles text[], title text, form_token text, name text,
        organisation_title text, must_change boolean, stands_in text)
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    idle interval := make_interval(mins => (SELECT value::int FROM jiesu.setting s WHERE s.name = 'idle_minutes'));
BEGIN
    -- Once a minute is enough to know who is still there.
    UPDATE jiesu.log_in l SET seen_at = clock_timestamp()
    WHERE l.hash = jiesu.token_hash($1) AND l.seen_at < clock_timestamp() - interval '1 minute'
        AND (l.kind = 'token' OR l.seen_at > clock_timestamp() - idle);
    RETURN QUERY SELECT a.id, a.organisation, a.roles, a.title, encode(jiesu.token_hash('form ' || $1), 'hex'), a.name,
        o.title, a.must_change AND l.kind = 'session', jiesu.stands_in(a.id)
    FROM jiesu.log_in l JOIN jiesu.account a ON a.id = l.account LEFT JOIN jiesu.organisation o ON o.code = a.organisation
    WHERE l.hash = jiesu.token_hash($1) AND l.ended_at IS NULL AND l.expires_at > clock_timestamp()
        AND (l.kind = 'token' OR l.seen_at > clock_timestamp() - idle)
        AND a.disabled_at IS NULL AND o.disabled_at IS NULL AND jiesu.acts_for(a.organisation);
END $$;
CREATE OR REPLACE FUNCTION jiesu.change_password(token text, old text, new text) RETURNS boolean
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    who bigint := (SELECT s.account FROM jiesu.session($1) AS s);
BEGIN
    UPDATE jiesu.account a
    SET password = jiesu.password_hash($3), password_changed_at = clock_timestamp(), must_change = false
    WHERE a.id = who AND jiesu.crypt($2, a.password) = a.password;
    IF NOT FOUND THEN RETURN false; END IF;
    UPDATE jiesu.log_in l SET ended_at = clock_timestamp()
    WHERE l.account = who AND l.kind = 'session' AND l.ended_at IS NULL AND l.hash <> jiesu.token_hash($1);
    RETURN true;
END $$;

-- Names a deputy; says what became of it: `unknown_absent`, `unknown_deputy` (or not of the same place), `not_allowed`, `done`. Somebody
-- for themselves, an administrator of the centre for anybody, the schema's owner (without a token) too.
CREATE FUNCTION jiesu.name_deputy(token text, absent text, deputy text, from_at timestamptz, until_at timestamptz) RETURNS text
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    mine record;
    away jiesu.account;
    stand_in jiesu.account;
BEGIN
    SELECT * INTO mine FROM jiesu.session($1);
    IF mine.account IS NULL AND NOT ($1 IS NULL AND jiesu.is_owner()) THEN RETURN 'not_allowed'; END IF;
    SELECT * INTO away FROM jiesu.account a WHERE a.name = $2 AND a.disabled_at IS NULL;
    -- The same for a name that somebody else may not use as for one that nobody has.
    IF mine.account IS NOT NULL AND away.id IS DISTINCT FROM mine.account
        AND NOT ('admin' = ANY (mine.roles) AND mine.organisation IS NULL AND NOT mine.must_change)
    THEN
        RETURN 'not_allowed';
    END IF;
    IF away.id IS NULL THEN RETURN 'unknown_absent'; END IF;
    SELECT * INTO stand_in FROM jiesu.account a
    WHERE a.name = $3 AND a.disabled_at IS NULL AND a.id <> away.id AND a.organisation IS NOT DISTINCT FROM away.organisation;
    IF NOT FOUND THEN RETURN 'unknown_deputy'; END IF;
    -- Sent twice it is one.
    INSERT INTO jiesu.deputy (absent, deputy, from_at, until_at, made_by)
    SELECT away.id, stand_in.id, $4, $5, mine.account
    WHERE NOT EXISTS (SELECT FROM jiesu.deputy d WHERE d.absent = away.id AND d.deputy = stand_in.id AND d.from_at = $4
        AND d.until_at = $5 AND d.ended_at IS NULL);
    RETURN 'done';
END $$;
-- Ends a deputyship that has not ended; false if there is none that the holder of the token may end.
CREATE FUNCTION jiesu.end_deputy(token text, id bigint) RETURNS boolean
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    mine record;
BEGIN
    SELECT * INTO mine FROM jiesu.session($1);
    UPDATE jiesu.deputy d SET ended_at = jiesu.clock() WHERE d.id = $2 AND d.ended_at IS NULL AND (
        d.absent = mine.account OR 'admin' = ANY (mine.roles) AND mine.organisation IS NULL AND NOT mine.must_change
        OR $1 IS NULL AND jiesu.is_owner());
    RETURN FOUND;
END $$;
-- Deputyships that run or will: those of the holder of the token, of all for an administrator of the centre and the owner; at most 500.
CREATE FUNCTION jiesu.deputies(token text) RETURNS TABLE (id bigint, absent text, absent_title text, deputy text,
    deputy_title text, from_at timestamptz, until_at timestamptz, is_mine boolean)
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    mine record;
BEGIN
    SELECT * INTO mine FROM jiesu.session($1);
    RETURN QUERY SELECT d.id, a.name, a.title, s.name, s.title, d.from_at, d.until_at,
        coalesce(d.absent = mine.account, false)
    FROM jiesu.deputy d JOIN jiesu.account a ON a.id = d.absent JOIN jiesu.account s ON s.id = d.deputy
    WHERE d.ended_at IS NULL AND d.until_at > jiesu.clock() AND (mine.account IN (d.absent, d.deputy)
        OR 'admin' = ANY (mine.roles) AND mine.organisation IS NULL AND NOT mine.must_change
        OR $1 IS NULL AND jiesu.is_owner())
    ORDER BY d.from_at, d.id LIMIT 500;
END $$;
-- Whether the login has the rights of whoever owns the schema.
CREATE FUNCTION jiesu.is_owner() RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
    $$SELECT pg_has_role(session_user, (SELECT relowner FROM pg_class WHERE oid = 'jiesu.account'::regclass), 'USAGE')$$;

-- WHO READ WHAT. For leaders what was read of their organisation's cases; for auditors, and whoever leads the whole line, of all. Never of
-- a complaint about one's own organisation. The youngest first, at most `most`, older than row `before` if that is given.
CREATE INDEX access_log_at ON jiesu.access_log (at, id);
CREATE INDEX access_log_account ON jiesu.access_log (account, at, id);
CREATE FUNCTION jiesu.who_read(token text, of_case bigint, reader bigint, from_at timestamptz, until_at timestamptz,
    before bigint, most integer)
    RETURNS TABLE (id bigint, at timestamptz, case_id bigint, purpose text, account bigint, name text, title text, organisation text)
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    mine record;
BEGIN
    SELECT * INTO mine FROM jiesu.session($1) AS s WHERE s.roles && ARRAY['leader', 'auditor'] AND NOT s.must_change;
    IF NOT FOUND THEN RETURN; END IF;
    RETURN QUERY SELECT l.id, l.at, l.case_id, l.purpose, a.id, a.name, a.title, a.organisation
    FROM jiesu.access_log l JOIN jiesu.account a ON a.id = l.account LEFT JOIN jiesu.case_file f ON f.id = l.case_id
    WHERE ($2 IS NULL OR l.case_id = $2) AND ($3 IS NULL OR l.account = $3) AND l.at >= $4 AND l.at < $5
        AND ($6 IS NULL OR (l.at, l.id) < (SELECT o.at, o.id FROM jiesu.access_log o WHERE o.id = $6))
        AND (mine.organisation IS NULL OR (
            ('auditor' = ANY (mine.roles) AND jiesu.my_organisation() IS NULL
                OR f.lead = mine.organisation OR mine.organisation = ANY (f.helpers))
            AND (coalesce(f.accused, '{}') = '{}' OR NOT jiesu.is_under(mine.organisation, f.accused))))
    ORDER BY l.at DESC, l.id DESC LIMIT least($7, 500);
END $$;

REVOKE EXECUTE ON FUNCTION jiesu.is_under(text, text[]), jiesu.i_succeeded(text), jiesu.cases_of(text),
    jiesu.rename_organisation(text, text), jiesu.disable_organisation(text, text, boolean),
    jiesu.stands_in(bigint), jiesu.stood_in(bigint, timestamptz, xid),
    jiesu.session(text), jiesu.name_deputy(text, text, text, timestamptz, timestamptz), jiesu.end_deputy(text, bigint),
    jiesu.deputies(text), jiesu.is_owner(),
    jiesu.who_read(text, bigint, bigint, timestamptz, timestamptz, bigint, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION jiesu.session(text)
    TO jiesu_intake, jiesu_classification, jiesu_routing, jiesu_callback, jiesu_reporting, jiesu_desk;
GRANT EXECUTE ON FUNCTION jiesu.i_succeeded(text) TO jiesu_desk;
-- Which hands over.
GRANT EXECUTE ON FUNCTION jiesu.cases_of(text) TO jiesu_routing;
-- Where approvers work.
GRANT EXECUTE ON FUNCTION jiesu.name_deputy(text, text, text, timestamptz, timestamptz), jiesu.end_deputy(text, bigint),
    jiesu.deputies(text), jiesu.who_read(text, bigint, bigint, timestamptz, timestamptz, bigint, integer)
    TO jiesu_routing, jiesu_callback, jiesu_desk;
