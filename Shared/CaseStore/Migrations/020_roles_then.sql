-- What somebody was when an order was given, not what they are when it is decided: the centre may have stood still for days meanwhile.
-- Each change of roles has its transaction, as each order has; which of them ended first says what counts, however long either was held
-- open.
CREATE TABLE jiesu.account_roles (
    account bigint NOT NULL REFERENCES jiesu.account,
    id      bigint GENERATED ALWAYS AS IDENTITY,
    roles   text[] NOT NULL,
    PRIMARY KEY (account, id)
);
INSERT INTO jiesu.account_roles (account, roles) SELECT id, roles FROM jiesu.account;
CREATE FUNCTION jiesu.keep_roles() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO jiesu.account_roles (account, roles) VALUES (NEW.id, NEW.roles);
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION jiesu.keep_roles() FROM PUBLIC;
CREATE TRIGGER account_roles_made AFTER INSERT ON jiesu.account FOR EACH ROW EXECUTE FUNCTION jiesu.keep_roles();
CREATE TRIGGER account_roles_set AFTER UPDATE OF roles ON jiesu.account FOR EACH ROW WHEN (OLD.roles <> NEW.roles)
    EXECUTE FUNCTION jiesu.keep_roles();

-- An account's roles when a transaction ended; those of now without track_commit_timestamp, and without `tx`. What is older than the
-- server's memory of commits counts as before.
CREATE FUNCTION jiesu.roles_at(account bigint, tx xid) RETURNS text[] LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    ended timestamptz;
BEGIN
    IF current_setting('track_commit_timestamp') = 'on' AND tx IS NOT NULL THEN
        ended := coalesce(pg_xact_commit_timestamp(tx), '-infinity');
    ELSE
        ended := 'infinity';
    END IF;
    RETURN (
        SELECT r.roles FROM jiesu.account_roles r CROSS JOIN LATERAL (
            SELECT ended < 'infinity' AND coalesce(pg_xact_commit_timestamp(r.xmin), '-infinity') > ended AS is_later) AS l
        WHERE r.account = $1 ORDER BY l.is_later, CASE WHEN l.is_later THEN -r.id ELSE r.id END DESC LIMIT 1);
END $$;
REVOKE EXECUTE ON FUNCTION jiesu.roles_at(bigint, xid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION jiesu.roles_at(bigint, xid) TO jiesu_routing;
