-- As 026; and the same file that comes twice at the same moment is one too: the second waits for the first, and is answered as that was.
CREATE OR REPLACE FUNCTION jiesu.keep_attachment(
    case_id bigint, organisation text, account bigint, of_complainant boolean, type text, bytes bytea
) RETURNS bigint LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    kept bigint;
BEGIN
    IF octet_length($6) > (SELECT value FROM jiesu.setting WHERE name = 'attachment_bytes') THEN
        RAISE EXCEPTION 'an attachment is too large' USING ERRCODE = 'string_data_right_truncation';
    END IF;
    SELECT a.id INTO kept FROM jiesu.attachment a
    WHERE a.case_id = $1 AND a.hash = sha256($6) AND coalesce(a.account, 0) = coalesce($3, 0);
    IF FOUND THEN RETURN kept; END IF;
    IF EXISTS (
        SELECT FROM jiesu.setting s WHERE s.name = 'attachments_of_case'
            AND s.value <= (SELECT count(*) FROM jiesu.attachment a WHERE a.case_id = $1)
        UNION ALL
        SELECT FROM jiesu.setting s WHERE $4 AND s.name = 'attachments_of_complainant'
            AND s.value <= (SELECT count(*) FROM jiesu.attachment a WHERE a.case_id = $1 AND a.of_complainant)
    ) THEN
        RETURN 0;
    END IF;
    INSERT INTO jiesu.attachment (case_id, organisation, account, of_complainant, type, size, hash)
    VALUES ($1, $2, $3, $4, $5, octet_length($6), sha256($6)) ON CONFLICT DO NOTHING RETURNING id INTO kept;
    IF kept IS NULL THEN
        SELECT a.id INTO kept FROM jiesu.attachment a
        WHERE a.case_id = $1 AND a.hash = sha256($6) AND coalesce(a.account, 0) = coalesce($3, 0);
        RETURN kept;
    END IF;
    INSERT INTO jiesu.attachment_piece (attachment, number, bytes)
    SELECT kept, n, substring($6 FROM n * 262144 + 1 FOR 262144) FROM generate_series(0, (octet_length($6) - 1) / 262144) AS n;
    RETURN kept;
END $$;
