-- What a channel (C.1) and whoever brought a contact (C.3) have of their own, such as the date of a letter: texts by code, as `particulars`
-- of codes.json lists them. It may name people, so it stands with what was written and is read as that is. What may say who the
-- complainant is has a code that begins with person_.
ALTER TABLE jiesu.submission ADD COLUMN particulars jsonb;

-- Those of each contact, for whoever `read_person` shows it to by the same ticket; who may not know the person sees nothing that could say who
-- it is.
CREATE FUNCTION jiesu.read_particulars(ticket bigint) RETURNS TABLE (number smallint, particulars text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH asked AS (
        SELECT f.id, CASE f.identity
            WHEN 'anonymous' THEN false
            WHEN 'confidential' THEN coalesce(jiesu.my_organisation(), t.organisation) IS NOT DISTINCT FROM f.lead
                OR coalesce(jiesu.my_organisation(), t.organisation) IS NULL
            ELSE true
        END AS is_known
        FROM jiesu.access_log a JOIN jiesu.case_file f ON f.id = a.case_id JOIN jiesu.account t ON t.id = a.account
        WHERE a.id = $1
    )
    SELECT s.number, CASE WHEN asked.is_known THEN s.particulars::text
        ELSE (SELECT jsonb_object_agg(o.key, o.value)::text FROM jsonb_each(s.particulars) AS o WHERE o.key NOT LIKE 'person\_%') END
    FROM asked JOIN jiesu.submission s ON s.case_id = asked.id
    WHERE s.particulars IS NOT NULL AND EXISTS (SELECT FROM jiesu.read_person($1) AS r WHERE r.number = s.number)
$$;
REVOKE EXECUTE ON FUNCTION jiesu.read_particulars(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION jiesu.read_particulars(bigint) TO jiesu_routing, jiesu_callback, jiesu_desk;

-- As 035, and particulars stay as they were.
CREATE OR REPLACE FUNCTION jiesu.correct(id bigint, channel text, words text, place text, about text, name text, phone text, email text)
    RETURNS void LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    last jiesu.submission;
    former bigint := -nextval('jiesu.former_complainant');
BEGIN
    SELECT * INTO STRICT last FROM jiesu.submission s WHERE s.case_id = $1 ORDER BY s.number DESC LIMIT 1;
    IF num_nonnulls($6, $7, $8) > 0 THEN
        INSERT INTO jiesu.complainant (id, name, phone, email, address)
        SELECT former, p.name, p.phone, p.email, p.address FROM jiesu.complainant p WHERE p.id = $1;
        UPDATE jiesu.submission s SET complainant = former WHERE s.case_id = $1 AND s.complainant = $1;
        INSERT INTO jiesu.complainant AS p (id, name, phone, email) VALUES ($1, $6, $7, $8)
        ON CONFLICT ON CONSTRAINT complainant_pkey DO UPDATE SET name = coalesce(excluded.name, p.name),
            phone = coalesce(excluded.phone, p.phone), email = coalesce(excluded.email, p.email);
        last.complainant := $1;
    END IF;
    INSERT INTO jiesu.submission (case_id, number, complainant, channel, received_at, title, text, place, about, particulars)
    VALUES ($1, last.number + 1, last.complainant, coalesce($2, last.channel), jiesu.clock(), last.title,
        coalesce($3, last.text), coalesce($4, last.place), coalesce($5, last.about), last.particulars);
END $$;
-- Those that are corrected as well: they replace those of the same code. In the transaction of `correct`, after it.
CREATE FUNCTION jiesu.correct_particulars(id bigint, particulars jsonb) RETURNS void
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    UPDATE jiesu.submission s SET particulars = coalesce(s.particulars, '{}') || $2
    WHERE s.case_id = $1 AND s.number > 1 AND s.number = (SELECT max(o.number) FROM jiesu.submission o WHERE o.case_id = $1)
$$;
REVOKE EXECUTE ON FUNCTION jiesu.correct_particulars(bigint, jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION jiesu.correct_particulars(bigint, jsonb) TO jiesu_intake;

-- Photos and papers that an operator chose while registering are kept as a citizen's are.
ALTER TABLE jiesu.attachment_draft DROP CONSTRAINT attachment_draft_type_check,
    ADD CONSTRAINT attachment_draft_type_check CHECK (type IN ('image/jpeg', 'image/png', 'image/webp', 'application/pdf'));
-- They go to the case that the form became, by the operator who registered it, also where it was answered and closed with that. Whether
-- all of them are there; else they stay with the form, until its time is over.
CREATE FUNCTION jiesu.attach_drafts(account bigint, case_id bigint, form text) RETURNS boolean
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    are_kept boolean;
BEGIN
    SELECT coalesce(bool_and(coalesce(k.id, 0) > 0), true) INTO are_kept
    FROM (SELECT d.type, d.bytes FROM jiesu.attachment_draft d WHERE d.form = $3 ORDER BY d.id) AS d
        LEFT JOIN LATERAL (
            SELECT jiesu.keep_attachment(f.id, a.organisation, a.id, true, d.type, d.bytes) AS id
            FROM jiesu.case_file f JOIN jiesu.case_event e ON e.case_id = f.id AND e.version = 1
                JOIN jiesu.account a ON split_part(e.actor, '@', 1) = 'account:' || a.id
            WHERE f.id = $2 AND a.id = $1 AND a.disabled_at IS NULL AND jiesu.acts_for(a.organisation)
                AND (f.state NOT IN ('closed', 'withdrawn', 'redirected', 'refused')
                    OR jiesu.clock() < e.at + interval '1 minute')
        ) AS k ON true;
    IF are_kept THEN DELETE FROM jiesu.attachment_draft d WHERE d.form = $3; END IF;
    RETURN are_kept;
END $$;
REVOKE EXECUTE ON FUNCTION jiesu.attach_drafts(bigint, bigint, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION jiesu.attach_drafts(bigint, bigint, text) TO jiesu_intake;
