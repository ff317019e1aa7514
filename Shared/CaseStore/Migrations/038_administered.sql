-- What an administrator ended by mistake, and who administered what.

-- What `disable_organisation` took from an organisation that nobody succeeds: what is given back if it was a mistake.
CREATE TABLE jiesu.organisation_end (
    code          text PRIMARY KEY REFERENCES jiesu.organisation,
    roles         text[] NOT NULL,
    jurisdictions jsonb NOT NULL, -- [{"region", "subject", "origin"}]
    accounts      bigint[] NOT NULL,
    desk          boolean NOT NULL
);

-- As 025, and keeps what it takes.
CREATE OR REPLACE FUNCTION jiesu.admin_disable_organisation(token text, code text, successor text, merges boolean) RETURNS text
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    outcome text;
    kept jiesu.organisation_end;
BEGIN
    PERFORM jiesu.as_admin($1);
    SELECT o.code, o.roles,
        (SELECT coalesce(jsonb_agg(jsonb_build_object('region', j.region, 'subject', j.subject, 'origin', j.origin)), '[]')
            FROM jiesu.jurisdiction j WHERE j.organisation = $2),
        ARRAY(SELECT a.id FROM jiesu.account a WHERE a.organisation = $2 AND a.disabled_at IS NULL),
        EXISTS (SELECT FROM jiesu.desk_login d WHERE d.organisation = $2)
    INTO kept FROM jiesu.organisation o WHERE o.code = $2 FOR UPDATE;
    outcome := jiesu.disable_organisation($2, $3, $4);
    IF outcome = 'disabled' THEN
        IF $3 IS NULL THEN INSERT INTO jiesu.organisation_end SELECT kept.*; END IF;
        PERFORM jiesu.administered($1, CASE WHEN $4 THEN 'organisation_merged' ELSE 'organisation_disabled' END, $2);
    END IF;
    RETURN outcome;
END $$;

-- Takes that back: `unknown`, `there` (it is not disabled), `succeeded` (another took its part over, and what it was is that one's),
-- `taken` (another is called so by now), `enabled`. What was disabled before 038 gets nothing back but itself.
CREATE FUNCTION jiesu.admin_enable_organisation(token text, code text) RETURNS text
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    one jiesu.organisation;
    kept jiesu.organisation_end;
    desk name := 'jiesu_desk_' || $2;
BEGIN
    PERFORM jiesu.as_admin($1);
    SELECT * INTO one FROM jiesu.organisation o WHERE o.code = $2 FOR UPDATE;
    IF NOT FOUND THEN RETURN 'unknown'; END IF;
    IF one.disabled_at IS NULL THEN RETURN 'there'; END IF;
    IF one.successor IS NOT NULL THEN RETURN 'succeeded'; END IF;
    IF EXISTS (SELECT FROM jiesu.organisation o WHERE o.title = one.title AND o.disabled_at IS NULL) THEN RETURN 'taken'; END IF;
    DELETE FROM jiesu.organisation_end e WHERE e.code = $2 RETURNING e.* INTO kept;
    UPDATE jiesu.organisation o SET disabled_at = NULL, roles = coalesce(kept.roles, o.roles) WHERE o.code = $2;
    INSERT INTO jiesu.jurisdiction (organisation, region, subject, origin)
    SELECT $2, j ->> 'region', j ->> 'subject', j ->> 'origin' FROM jsonb_array_elements(kept.jurisdictions) AS j
    ON CONFLICT DO NOTHING;
    UPDATE jiesu.account a SET disabled_at = NULL WHERE a.id = ANY (kept.accounts) AND a.organisation = $2;
    -- With the password that it has.
    IF kept.desk AND EXISTS (SELECT FROM pg_roles WHERE rolname = desk) THEN
        PERFORM jiesu.add_desk($2, NULL);
        EXECUTE format('ALTER ROLE %I LOGIN', desk);
    END IF;
    UPDATE jiesu.setting SET value = value + 1 WHERE name = 'rules';
    PERFORM jiesu.administered($1, 'organisation_enabled', $2);
    RETURN 'enabled';
END $$;

-- Who administered what, the youngest first, below the id `before`. `who` is an account's name, or the database login of whoever owns the
-- schema.
CREATE FUNCTION jiesu.admin_acts(token text, before bigint, most integer)
    RETURNS TABLE (id bigint, at timestamptz, who text, title text, act text, about text)
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM jiesu.as_admin($1);
    RETURN QUERY SELECT d.id, d.at, coalesce(a.name, d.login), a.title, d.act, d.about
    FROM jiesu.administration d LEFT JOIN jiesu.account a ON a.id = d.admin
    WHERE $2 IS NULL OR d.id < $2 ORDER BY d.id DESC LIMIT least($3, 500);
END $$;

REVOKE EXECUTE ON FUNCTION jiesu.admin_enable_organisation(text, text), jiesu.admin_acts(text, bigint, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION jiesu.admin_enable_organisation(text, text), jiesu.admin_acts(text, bigint, integer) TO jiesu_routing;
