-- Why somebody applies for a review (复核申请) is a further submission of the case, by whoever wrote the first one. Intake may not read what
-- was written, only which submissions there are.
GRANT SELECT (case_id, number, complainant) ON jiesu.submission TO jiesu_intake;

-- What an operator answers at once is a note of the case, in the transaction that registers it.
GRANT INSERT ON jiesu.note TO jiesu_intake;
GRANT USAGE ON SEQUENCE jiesu.note_number_seq TO jiesu_intake;
CREATE POLICY intake ON jiesu.note FOR INSERT TO jiesu_intake WITH CHECK (true);

-- What was taken down wrongly and is put right (更正登记) is a further submission; what is NULL stays as it was. Whoever was written down
-- before stays with what was written then, under a number that is no case's, so that a telephone or a name finds a case by what it is now.
CREATE SEQUENCE jiesu.former_complainant;
CREATE FUNCTION jiesu.correct(id bigint, channel text, words text, place text, about text, name text, phone text, email text)
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
    INSERT INTO jiesu.submission (case_id, number, complainant, channel, received_at, title, text, place, about)
    VALUES ($1, last.number + 1, last.complainant, coalesce($2, last.channel), jiesu.clock(), last.title,
        coalesce($3, last.text), coalesce($4, last.place), coalesce($5, last.about));
END $$;
-- Whether there would be a name and a way to reach the person then; and the number of the next submission.
CREATE FUNCTION jiesu.correctable(id bigint, has_name boolean, has_way boolean) RETURNS TABLE (reachable boolean, number integer)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT (p.name IS NOT NULL OR $2) AND (num_nonnulls(p.phone, p.email, p.address) > 0 OR $3), s.number + 1
    FROM jiesu.submission s LEFT JOIN jiesu.complainant p ON p.id = s.complainant
    WHERE s.case_id = $1 ORDER BY s.number DESC LIMIT 1
$$;
REVOKE EXECUTE ON FUNCTION jiesu.correct(bigint, text, text, text, text, text, text, text),
    jiesu.correctable(bigint, boolean, boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION jiesu.correct(bigint, text, text, text, text, text, text, text),
    jiesu.correctable(bigint, boolean, boolean) TO jiesu_intake;
