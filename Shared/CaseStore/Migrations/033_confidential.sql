-- Who asks for confidence is known to those who handle the case, and to nobody else (R-CF-04, R-CF-05): the organisation that leads,
-- and the line's own people. Helpers, and who reads because of a duty, see what was written and not who wrote it.
CREATE OR REPLACE FUNCTION jiesu.read_person(ticket bigint) RETURNS TABLE (
    number smallint, channel text, received_at timestamptz, title text, text text, place text, about text,
    name text, phone text, email text, address text
) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH asked AS (
        SELECT f.id, f.identity, f.lead, f.helpers, f.accused, jiesu.my_organisation() AS mine, t.organisation AS readers
        FROM jiesu.access_log a JOIN jiesu.case_file f ON f.id = a.case_id JOIN jiesu.account t ON t.id = a.account
        WHERE a.id = $1 AND a.login = session_user AND a.at > clock_timestamp() - interval '1 minute'
            AND a.tx IS DISTINCT FROM pg_current_xact_id_if_assigned()
    )
    SELECT s.number, s.channel, s.received_at, s.title, s.text, s.place, s.about, p.name, p.phone, p.email, p.address
    FROM asked JOIN jiesu.submission s ON s.case_id = asked.id
        LEFT JOIN jiesu.complainant p ON p.id = s.complainant AND CASE asked.identity
            WHEN 'anonymous' THEN false
            WHEN 'confidential' THEN coalesce(asked.mine, asked.readers) IS NOT DISTINCT FROM asked.lead
                OR coalesce(asked.mine, asked.readers) IS NULL
            ELSE true
        END
    WHERE CASE
        WHEN asked.mine IS NULL THEN jiesu.acts_for(NULL)
        ELSE (asked.lead = asked.mine OR asked.mine = ANY (asked.helpers)) AND NOT jiesu.is_under(asked.mine, asked.accused)
    END
    ORDER BY s.number
$$;
