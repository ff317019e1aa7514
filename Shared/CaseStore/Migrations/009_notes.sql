-- A note without an organisation is the centre's, and is read by all who work on the case. A desk that lost its row in desk_login
-- must not write such a one.
CREATE FUNCTION jiesu.note_has_author() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NEW.organisation IS NULL AND NOT jiesu.acts_for(NULL) THEN
        RAISE EXCEPTION 'a desk writes notes for its organisation' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER note_has_author BEFORE INSERT ON jiesu.note FOR EACH ROW EXECUTE FUNCTION jiesu.note_has_author();
REVOKE EXECUTE ON FUNCTION jiesu.note_has_author() FROM PUBLIC;
