-- As 032, with telephone numbers compared as 027 does: with or without the country's prefix.
CREATE OR REPLACE FUNCTION jiesu.own_quotes(quotes bigint[], ids bigint[], codes bytea[], phones text[], emails text[])
    RETURNS bigint[] LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(array_agg(q.quote), '{}')
    FROM unnest(quotes, ids, codes, phones, emails) AS q (quote, id, code, phone, email)
    JOIN jiesu.case_file f ON f.id = q.id
    LEFT JOIN jiesu.complainant p ON p.id = f.id
    WHERE q.code = (jiesu.query_codes(ARRAY[f.id]))[1]
        OR lower(q.email) = lower(p.email)
        OR (length(jiesu.phone_digits(q.phone)) >= 7 AND jiesu.phone_digits(q.phone) = jiesu.phone_digits(p.phone))
$$;
