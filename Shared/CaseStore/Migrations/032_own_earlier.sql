-- Whose earlier case it is. Anybody can read a number over somebody's shoulder; three complaints that quote it bring supervision upon
-- an organisation (R-CL-23), so a complainant who quotes one shows its query code, or came with the same telephone or e-mail before.
-- Of the quotes, numbered by the caller, those that are shown to be the quoter's own. Nothing of the earlier case is told.
CREATE FUNCTION jiesu.own_quotes(quotes bigint[], ids bigint[], codes bytea[], phones text[], emails text[])
    RETURNS bigint[] LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(array_agg(q.quote), '{}')
    FROM unnest(quotes, ids, codes, phones, emails) AS q (quote, id, code, phone, email)
    JOIN jiesu.case_file f ON f.id = q.id
    LEFT JOIN jiesu.complainant p ON p.id = f.id
    WHERE q.code = (jiesu.query_codes(ARRAY[f.id]))[1]
        OR lower(q.email) = lower(p.email)
        OR (length(jiesu.phone_digits(q.phone)) >= 7 AND jiesu.phone_digits(q.phone) = jiesu.phone_digits(p.phone))
$$;
REVOKE EXECUTE ON FUNCTION jiesu.own_quotes(bigint[], bigint[], bytea[], text[], text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION jiesu.own_quotes(bigint[], bigint[], bytea[], text[], text[]) TO jiesu_intake;
