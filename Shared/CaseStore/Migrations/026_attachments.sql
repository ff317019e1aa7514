-- Photos and papers of a case, as they are after Shared/Attachments took out of them what says where and with what they were made.

-- What a city may change. [D] throughout: no scheme says how many photos it takes. Nine, as people know it from the programs on their
-- telephones; 5 MiB, a photo of a telephone as it usually comes; pixels of the largest cameras that telephones have; papers and photos of
-- one case in all; bytes and number of photos of forms that are being filled in, by strangers, all together, and hours after which such are
-- forgotten;
-- minutes for which the address of a photo works that its complainant looks at.
INSERT INTO jiesu.setting VALUES ('attachment_bytes', 5242880), ('attachment_pixels', 200000000), ('attachments_of_complainant', 9),
    ('attachments_of_case', 60), ('draft_bytes', 2147483648), ('drafts', 10000), ('draft_hours', 24), ('attachment_link_minutes', 15)
    ON CONFLICT (name) DO NOTHING;
INSERT INTO jiesu.secret VALUES ('attachment_link', jiesu.gen_random_bytes(32));

-- Who attached it: somebody of an organisation, of the centre (no organisation), or the complainant (no account). `of_complainant`: the
-- complainant's own, also where an operator took it over the counter.
CREATE TABLE jiesu.attachment (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    case_id        bigint NOT NULL,
    organisation   text,
    account        bigint REFERENCES jiesu.account,
    of_complainant boolean NOT NULL,
    at             timestamptz NOT NULL DEFAULT jiesu.clock(),
    type           text NOT NULL CHECK (type IN ('image/jpeg', 'image/png', 'image/webp', 'application/pdf')),
    size           integer NOT NULL CHECK (size > 0),
    hash           bytea NOT NULL
);
-- The same file from the same hand is one, however often it is sent.
CREATE UNIQUE INDEX attachment_once ON jiesu.attachment (case_id, hash, coalesce(account, 0));
CREATE TABLE jiesu.attachment_piece (
    attachment bigint NOT NULL REFERENCES jiesu.attachment,
    number     smallint NOT NULL,
    bytes      bytea NOT NULL CHECK (octet_length(bytes) BETWEEN 1 AND 262144),
    PRIMARY KEY (attachment, number)
);
-- Photos are compressed already.
ALTER TABLE jiesu.attachment_piece ALTER COLUMN bytes SET STORAGE EXTERNAL;
CREATE TRIGGER attachment_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON jiesu.attachment
    FOR EACH STATEMENT EXECUTE FUNCTION jiesu.append_only();
CREATE TRIGGER attachment_piece_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON jiesu.attachment_piece
    FOR EACH STATEMENT EXECUTE FUNCTION jiesu.append_only();

-- Photos of a citizen's form that is not sent yet, under the form's own key; gone when it is sent, or after a day.
CREATE TABLE jiesu.attachment_draft (
    id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    form    text NOT NULL CHECK (form ~ '^[0-9a-z]{16,40}$'),
    kept_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    type    text NOT NULL CHECK (type IN ('image/jpeg', 'image/png', 'image/webp')),
    hash    bytea NOT NULL,
    bytes   bytea NOT NULL,
    UNIQUE (form, hash)
);
ALTER TABLE jiesu.attachment_draft ALTER COLUMN bytes SET STORAGE EXTERNAL;
CREATE INDEX attachment_draft_age ON jiesu.attachment_draft (kept_at);

-- Keeps a file: its id, or 0 if the case has as many as it may have. Two at the same moment may go one beyond that: the bound keeps disks
-- from filling and is no rule about cases.
-- The same file that comes twice at the same moment is one: the second waits for the first, and is answered as that was.
CREATE FUNCTION jiesu.keep_attachment(
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

-- By whoever holds number and code, while the case is open. NULL: no such case, another code, or closed. Photos only.
CREATE FUNCTION jiesu.attach_with_code(case_id bigint, code bytea, type text, bytes bytea) RETURNS bigint
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT jiesu.keep_attachment(f.id, NULL, NULL, true, $3, $4) FROM jiesu.case_file f
    WHERE f.id = $1 AND (jiesu.query_codes(ARRAY[f.id]))[1] = $2 AND $3 <> 'application/pdf'
        AND f.state NOT IN ('closed', 'withdrawn', 'redirected', 'refused')
$$;
-- By the operator who registered the case, for the complainant. NULL: not this operator's, or closed.
CREATE FUNCTION jiesu.attach_as_operator(account bigint, case_id bigint, type text, bytes bytea) RETURNS bigint
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT jiesu.keep_attachment(f.id, a.organisation, a.id, true, $3, $4)
    FROM jiesu.case_file f JOIN jiesu.case_event e ON e.case_id = f.id AND e.version = 1
        JOIN jiesu.account a ON split_part(e.actor, '@', 1) = 'account:' || a.id
    WHERE f.id = $2 AND a.id = $1 AND a.disabled_at IS NULL AND jiesu.acts_for(a.organisation)
        AND f.state NOT IN ('closed', 'withdrawn', 'redirected', 'refused')
$$;
-- By somebody who works on the case: at a desk on cases that it sees, in the name of its own people. A function and not a right to
-- INSERT, since the bound counts what others attached, which a desk may not see. NULL: not so.
CREATE FUNCTION jiesu.attach(account bigint, case_id bigint, type text, bytes bytea) RETURNS bigint
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT jiesu.keep_attachment(f.id, a.organisation, a.id, false, $3, $4) FROM jiesu.case_file f, jiesu.account a
    WHERE f.id = $2 AND a.id = $1 AND a.disabled_at IS NULL AND jiesu.acts_for(a.organisation)
        AND (jiesu.my_organisation() IS NULL OR EXISTS (SELECT FROM jiesu.my_case m WHERE m.id = f.id))
$$;

-- What is attached to a case, for the holder of a ticket that opens it (`read_person` says which do). A desk sees, as with notes, its own,
-- the centre's and the complainant's.
CREATE FUNCTION jiesu.attachments(ticket bigint)
    RETURNS TABLE (id bigint, organisation text, of_complainant boolean, at timestamptz, type text, size integer)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT a.id, a.organisation, a.of_complainant, a.at, a.type, a.size
    FROM jiesu.access_log t JOIN jiesu.attachment a ON a.case_id = t.case_id
    WHERE t.id = $1 AND EXISTS (SELECT FROM jiesu.read_person($1))
        AND (a.organisation IS NULL OR a.of_complainant OR coalesce(a.organisation = jiesu.my_organisation(), true))
    ORDER BY a.id
$$;
CREATE FUNCTION jiesu.read_attachment(ticket bigint, id bigint) RETURNS TABLE (type text, bytes bytea)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT a.type, p.bytes FROM jiesu.attachments($1) a JOIN jiesu.attachment_piece p ON p.attachment = a.id
    WHERE a.id = $2 ORDER BY p.number
$$;

-- What the complainant sees: their own, and what was sent along with an answer to them.
CREATE FUNCTION jiesu.seen_by_complainant(case_id bigint, code bytea) RETURNS SETOF jiesu.attachment
    LANGUAGE sql STABLE AS $$
    SELECT a.* FROM jiesu.attachment a
    WHERE a.case_id = $1 AND (jiesu.query_codes(ARRAY[$1]))[1] = $2
        AND (a.of_complainant OR EXISTS (
            SELECT FROM jiesu.case_event e WHERE e.case_id = $1 AND e.kind = 'replied'
                AND e.payload::jsonb ->> 'to' = 'complainant' AND e.payload::jsonb ->> 'organisation' = a.organisation
                AND e.payload::jsonb -> 'attachments' @> to_jsonb(a.id)))
    ORDER BY a.id
$$;
-- Of an attachment and until when, in seconds since 1970.
CREATE FUNCTION jiesu.attachment_mac(id bigint, until bigint) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT encode(substr(jiesu.hmac(int8send($1) || int8send($2), s.value, 'sha256'), 1, 16), 'hex')
    FROM jiesu.secret s WHERE s.name = 'attachment_link'
$$;
-- With addresses for a page's pictures, which hold neither number nor code and work for some minutes.
CREATE FUNCTION jiesu.complainants_attachments(case_id bigint, code bytea)
    RETURNS TABLE (id bigint, of_complainant boolean, at timestamptz, type text, size integer, link text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT a.id, a.of_complainant, a.at, a.type, a.size, a.id || '-' || u.until || '-' || jiesu.attachment_mac(a.id, u.until)
    FROM jiesu.seen_by_complainant($1, $2) a, (
        SELECT extract(epoch FROM clock_timestamp())::bigint + s.value * 60 FROM jiesu.setting s WHERE s.name = 'attachment_link_minutes'
    ) AS u (until)
$$;
CREATE FUNCTION jiesu.complainants_attachment(case_id bigint, code bytea, id bigint) RETURNS TABLE (type text, bytes bytea)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT a.type, p.bytes FROM jiesu.seen_by_complainant($1, $2) a JOIN jiesu.attachment_piece p ON p.attachment = a.id
    WHERE a.id = $3 ORDER BY p.number
$$;
CREATE FUNCTION jiesu.linked_attachment(id bigint, until bigint, mac text) RETURNS TABLE (type text, bytes bytea)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT a.type, p.bytes FROM jiesu.attachment a JOIN jiesu.attachment_piece p ON p.attachment = a.id
    WHERE a.id = $1 AND jiesu.attachment_mac($1, $2) = $3 AND $2 > extract(epoch FROM clock_timestamp())
    ORDER BY p.number
$$;

-- An order names attachments that its own organisation put to this very case. Against mishaps: whoever reads by such a number asks again
-- whose it is.
CREATE FUNCTION jiesu.command_attachments() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NEW.payload !~ 'attachments|\\u' THEN RETURN NEW; END IF;
    IF EXISTS (
        SELECT FROM jsonb_path_query(NEW.payload::jsonb, 'strict $.attachments[*]', silent => true) AS named (id)
        WHERE NOT EXISTS (
            SELECT FROM jiesu.attachment a WHERE to_jsonb(a.id) = named.id AND a.case_id = NEW.case_id
                AND a.organisation = NEW.organisation)
    ) THEN
        RAISE EXCEPTION 'an attachment that is not there' USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NEW;
EXCEPTION WHEN data_exception THEN
    RAISE EXCEPTION 'an order that is no JSON' USING ERRCODE = 'foreign_key_violation';
END $$;
CREATE TRIGGER command_attachments BEFORE INSERT ON jiesu.command FOR EACH ROW EXECUTE FUNCTION jiesu.command_attachments();

-- Rights.
REVOKE EXECUTE ON FUNCTION jiesu.keep_attachment(bigint, text, bigint, boolean, text, bytea),
    jiesu.attach_with_code(bigint, bytea, text, bytea), jiesu.attach_as_operator(bigint, bigint, text, bytea),
    jiesu.attach(bigint, bigint, text, bytea), jiesu.attachments(bigint), jiesu.read_attachment(bigint, bigint),
    jiesu.seen_by_complainant(bigint, bytea), jiesu.attachment_mac(bigint, bigint),
    jiesu.complainants_attachments(bigint, bytea), jiesu.complainants_attachment(bigint, bytea, bigint),
    jiesu.linked_attachment(bigint, bigint, text), jiesu.command_attachments() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION jiesu.attach_with_code(bigint, bytea, text, bytea), jiesu.attach_as_operator(bigint, bigint, text, bytea),
    jiesu.complainants_attachments(bigint, bytea), jiesu.complainants_attachment(bigint, bytea, bigint),
    jiesu.linked_attachment(bigint, bigint, text) TO jiesu_intake;
GRANT SELECT, INSERT, DELETE ON jiesu.attachment_draft TO jiesu_intake;
GRANT EXECUTE ON FUNCTION jiesu.attach(bigint, bigint, text, bytea), jiesu.attachments(bigint), jiesu.read_attachment(bigint, bigint)
    TO jiesu_routing, jiesu_callback, jiesu_desk;
-- Whether what an order at the centre names is there.
GRANT SELECT (id, case_id, organisation, account) ON jiesu.attachment TO jiesu_routing, jiesu_callback;
