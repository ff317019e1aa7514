-- What an administrator does, on a page or with `jiesu`: through functions that look at who asks. jiesu_routing, which serves the pages,
-- has no right of its own to make anybody: without the token of an administrator's log-in it can do nothing of this.

-- Who the administrator is: the account that a token is of, if it is one of the centre's with the role and has changed its first
-- password; NULL for whoever owns the schema (without a token); else it is refused.
CREATE FUNCTION jiesu.as_admin(token text) RETURNS bigint LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    who bigint;
BEGIN
    IF token IS NULL AND jiesu.is_owner() THEN RETURN NULL; END IF;
    SELECT s.account INTO who FROM jiesu.session(token) AS s
    WHERE 'admin' = ANY (s.roles) AND s.organisation IS NULL AND NOT s.must_change;
    IF NOT FOUND THEN RAISE EXCEPTION 'not an administrator' USING ERRCODE = 'insufficient_privilege'; END IF;
    RETURN who;
END $$;

-- What was done, for good. `about` is a log-in name or an organisation's code.
CREATE TABLE jiesu.administration (
    id    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    login name NOT NULL DEFAULT session_user,
    admin bigint REFERENCES jiesu.account, -- NULL: whoever owns the schema
    act   text NOT NULL,
    about text NOT NULL
);
CREATE TRIGGER administration_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON jiesu.administration
    FOR EACH STATEMENT EXECUTE FUNCTION jiesu.append_only();
CREATE FUNCTION jiesu.administered(token text, act text, about text) RETURNS void LANGUAGE sql VOLATILE AS
    'INSERT INTO jiesu.administration (admin, act, about) SELECT jiesu.as_admin($1), $2, $3';

-- ACCOUNTS. In order of name, after the account `after`; of one organisation, of the centre ('') or of all (NULL).
CREATE FUNCTION jiesu.admin_accounts(token text, place text, after bigint, most integer)
    RETURNS TABLE (id bigint, name text, title text, organisation text, roles text[], is_disabled boolean, must_change boolean)
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM jiesu.as_admin($1);
    RETURN QUERY SELECT a.id, a.name, a.title, a.organisation, a.roles, a.disabled_at IS NOT NULL, a.must_change
    FROM jiesu.account a
    WHERE ($2 IS NULL OR coalesce(a.organisation, '') = $2)
        AND ($3 IS NULL OR a.name > (SELECT o.name FROM jiesu.account o WHERE o.id = $3))
    ORDER BY a.name LIMIT $4;
END $$;

-- One of them, by name or number.
CREATE FUNCTION jiesu.admin_account(token text, called text, numbered bigint)
    RETURNS TABLE (id bigint, name text, title text, organisation text, roles text[], is_disabled boolean, must_change boolean)
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM jiesu.as_admin($1);
    RETURN QUERY SELECT a.id, a.name, a.title, a.organisation, a.roles, a.disabled_at IS NOT NULL, a.must_change
    FROM jiesu.account a WHERE a.name = $2 OR a.id = $3;
END $$;

-- Whether another account could still administer if this one could not: else nobody could come in any more.
CREATE FUNCTION jiesu.is_last_admin(name text) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT NOT EXISTS (SELECT FROM jiesu.account a WHERE a.name <> $1 AND a.organisation IS NULL AND a.disabled_at IS NULL
        AND 'admin' = ANY (a.roles))
$$;

-- False if the name is taken; then nothing changes.
CREATE FUNCTION jiesu.admin_add_account(token text, name text, title text, organisation text, roles text[], password text)
    RETURNS boolean LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM jiesu.as_admin($1);
    INSERT INTO jiesu.account (name, title, organisation, roles, password, must_change)
    VALUES ($2, $3, $4, $5, jiesu.password_hash($6), true) ON CONFLICT ON CONSTRAINT account_name_key DO NOTHING;
    IF NOT FOUND THEN RETURN false; END IF;
    PERFORM jiesu.administered($1, 'account_added', $2);
    RETURN true;
END $$;

-- These say what became of it: `unknown`, `last_admin` (nobody else could administer), `there` or `done`.
CREATE FUNCTION jiesu.admin_set_roles(token text, name text, roles text[]) RETURNS text
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    one jiesu.account;
BEGIN
    PERFORM jiesu.as_admin($1);
    SELECT * INTO one FROM jiesu.account a WHERE a.name = $2 FOR UPDATE;
    IF NOT FOUND THEN RETURN 'unknown'; END IF;
    IF one.roles @> $3 AND $3 @> one.roles THEN RETURN 'there'; END IF;
    IF $1 IS NOT NULL AND one.organisation IS NULL AND 'admin' = ANY (one.roles) AND 'admin' <> ALL ($3)
        AND jiesu.is_last_admin($2) THEN
        RETURN 'last_admin';
    END IF;
    -- Before, or who takes it from themselves could not be written down.
    PERFORM jiesu.administered($1, 'roles_set', $2);
    UPDATE jiesu.account a SET roles = $3 WHERE a.id = one.id;
    RETURN 'done';
END $$;
CREATE FUNCTION jiesu.admin_set_disabled(token text, name text, is_disabled boolean) RETURNS text
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    one jiesu.account;
BEGIN
    PERFORM jiesu.as_admin($1);
    SELECT * INTO one FROM jiesu.account a WHERE a.name = $2 FOR UPDATE;
    IF NOT FOUND THEN RETURN 'unknown'; END IF;
    IF (one.disabled_at IS NOT NULL) = $3 THEN RETURN 'there'; END IF;
    IF $1 IS NOT NULL AND $3 AND one.organisation IS NULL AND 'admin' = ANY (one.roles) AND jiesu.is_last_admin($2) THEN
        RETURN 'last_admin';
    END IF;
    PERFORM jiesu.administered($1, CASE WHEN $3 THEN 'account_disabled' ELSE 'account_enabled' END, $2);
    UPDATE jiesu.account a SET disabled_at = CASE WHEN $3 THEN clock_timestamp() END WHERE a.id = one.id;
    RETURN 'done';
END $$;
-- A new first password; what is logged in with the old one ends, tokens stay.
CREATE FUNCTION jiesu.admin_reset_password(token text, name text, password text) RETURNS text
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    who bigint;
BEGIN
    -- Before the log-ins end, of which one may be the administrator's own.
    PERFORM jiesu.administered($1, 'password_reset', $2) FROM jiesu.account a WHERE a.name = $2;
    IF NOT FOUND THEN
        PERFORM jiesu.as_admin($1);
        RETURN 'unknown';
    END IF;
    UPDATE jiesu.account a
    SET password = jiesu.password_hash($3), password_changed_at = clock_timestamp(), must_change = true
    WHERE a.name = $2 RETURNING a.id INTO who;
    UPDATE jiesu.log_in l SET ended_at = clock_timestamp() WHERE l.account = who AND l.kind = 'session' AND l.ended_at IS NULL;
    RETURN 'done';
END $$;

-- ORGANISATIONS, each step as far as it is missing; whether it was made now.
CREATE FUNCTION jiesu.admin_put_organisation(token text, code text, title text, aliases text[], parent text, level text,
    roles text[], contact text, inbox boolean) RETURNS boolean
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM jiesu.as_admin($1);
    INSERT INTO jiesu.organisation (code, title, aliases, parent, level, roles, contact, inbox, origin)
    VALUES ($2, $3, $4, $5, $6, $7, $8, $9, 'command') ON CONFLICT ON CONSTRAINT organisation_pkey DO NOTHING;
    IF NOT FOUND THEN RETURN false; END IF;
    UPDATE jiesu.setting s SET value = s.value + 1 WHERE s.name = 'rules';
    PERFORM jiesu.administered($1, 'organisation_added', $2);
    RETURN true;
END $$;
CREATE FUNCTION jiesu.admin_put_jurisdiction(token text, organisation text, region text, subject text) RETURNS boolean
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM jiesu.as_admin($1);
    INSERT INTO jiesu.jurisdiction (organisation, region, subject, origin) VALUES ($2, $3, $4, 'command')
    ON CONFLICT ON CONSTRAINT jurisdiction_pkey DO NOTHING;
    IF NOT FOUND THEN RETURN false; END IF;
    UPDATE jiesu.setting s SET value = s.value + 1 WHERE s.name = 'rules';
    PERFORM jiesu.administered($1, 'jurisdiction_added', $2);
    RETURN true;
END $$;
CREATE FUNCTION jiesu.admin_add_desk(token text, organisation text, password text) RETURNS text
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    outcome text;
BEGIN
    PERFORM jiesu.as_admin($1);
    IF NOT EXISTS (SELECT FROM jiesu.organisation o WHERE o.code = $2 AND o.inbox AND o.disabled_at IS NULL) THEN
        RAISE EXCEPTION 'no such organisation' USING ERRCODE = 'foreign_key_violation';
    END IF;
    outcome := jiesu.add_desk($2, $3);
    IF outcome <> 'there' THEN PERFORM jiesu.administered($1, 'desk_added', $2); END IF;
    RETURN outcome;
END $$;
CREATE FUNCTION jiesu.admin_rename_organisation(token text, code text, title text) RETURNS text
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    outcome text;
BEGIN
    PERFORM jiesu.as_admin($1);
    outcome := jiesu.rename_organisation($2, $3);
    IF outcome = 'renamed' THEN PERFORM jiesu.administered($1, 'organisation_renamed', $2); END IF;
    RETURN outcome;
END $$;
CREATE FUNCTION jiesu.admin_disable_organisation(token text, code text, successor text, merges boolean) RETURNS text
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    outcome text;
BEGIN
    PERFORM jiesu.as_admin($1);
    outcome := jiesu.disable_organisation($2, $3, $4);
    IF outcome = 'disabled' THEN
        PERFORM jiesu.administered($1, CASE WHEN $4 THEN 'organisation_merged' ELSE 'organisation_disabled' END, $2);
    END IF;
    RETURN outcome;
END $$;

-- Log-ins that ended so many days ago are of no use to anybody; how many went, at most `most`.
INSERT INTO jiesu.setting VALUES ('log_in_days', 30) ON CONFLICT (name) DO NOTHING;
CREATE FUNCTION jiesu.purge_log_ins(most integer) RETURNS integer
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    gone integer;
BEGIN
    DELETE FROM jiesu.log_in l WHERE l.id IN (
        SELECT o.id FROM jiesu.log_in o
        WHERE least(o.ended_at, o.expires_at) < clock_timestamp()
            - make_interval(days => (SELECT s.value::int FROM jiesu.setting s WHERE s.name = 'log_in_days'))
        ORDER BY o.id LIMIT most);
    GET DIAGNOSTICS gone = ROW_COUNT;
    RETURN gone;
END $$;

REVOKE EXECUTE ON FUNCTION jiesu.as_admin(text), jiesu.administered(text, text, text), jiesu.is_last_admin(text),
    jiesu.admin_accounts(text, text, bigint, integer), jiesu.admin_account(text, text, bigint), jiesu.admin_add_account(text, text, text, text, text[], text),
    jiesu.admin_set_roles(text, text, text[]), jiesu.admin_set_disabled(text, text, boolean),
    jiesu.admin_reset_password(text, text, text),
    jiesu.admin_put_organisation(text, text, text, text[], text, text, text[], text, boolean),
    jiesu.admin_put_jurisdiction(text, text, text, text), jiesu.admin_add_desk(text, text, text),
    jiesu.admin_rename_organisation(text, text, text), jiesu.admin_disable_organisation(text, text, text, boolean),
    jiesu.purge_log_ins(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION
    jiesu.admin_accounts(text, text, bigint, integer), jiesu.admin_account(text, text, bigint), jiesu.admin_add_account(text, text, text, text, text[], text),
    jiesu.admin_set_roles(text, text, text[]), jiesu.admin_set_disabled(text, text, boolean),
    jiesu.admin_reset_password(text, text, text),
    jiesu.admin_put_organisation(text, text, text, text[], text, text, text[], text, boolean),
    jiesu.admin_put_jurisdiction(text, text, text, text), jiesu.admin_add_desk(text, text, text),
    jiesu.admin_rename_organisation(text, text, text), jiesu.admin_disable_organisation(text, text, text, boolean),
    jiesu.purge_log_ins(integer)
    TO jiesu_routing;
