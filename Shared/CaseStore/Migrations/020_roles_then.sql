-- What somebody was when an order was given, not what they are when it is decided: the centre may have stood still for days meanwhile.
ALTER TABLE jiesu.command ADD COLUMN roles text[];
UPDATE jiesu.command c SET roles = a.roles FROM jiesu.account a WHERE a.id = c.account;
ALTER TABLE jiesu.command ALTER COLUMN roles SET NOT NULL;
CREATE FUNCTION jiesu.roles_then() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    NEW.roles := (SELECT a.roles FROM jiesu.account a WHERE a.id = NEW.account);
    RETURN NEW;
END $$;
REVOKE EXECUTE ON FUNCTION jiesu.roles_then() FROM PUBLIC;
CREATE TRIGGER command_roles BEFORE INSERT ON jiesu.command FOR EACH ROW EXECUTE FUNCTION jiesu.roles_then();
