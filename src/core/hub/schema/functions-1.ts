/**
 * The hub's functions, version 1, in PL/pgSQL. Clients call them and read `event`, nothing else. Each runs with its
 * owner's rights and looks up `session_user`, which `SECURITY DEFINER` and `SET ROLE` leave alone. A later version adds
 * functions named `…_2` and leaves these in place: an older client goes on working.
 *
 * SQLSTATE KT001: the role may not do this in this repository, or there is no such repository. KT002: no such role.
 */

const HEAD = 'SECURITY DEFINER SET search_path = pg_catalog, pg_temp'

/** What `session_user` may do; compared by rank. */
const RIGHTS = `
CREATE FUNCTION kitty.assert_may(p_repo text, p_wanted text) RETURNS void
LANGUAGE plpgsql STABLE ${HEAD} AS $$
BEGIN
  IF NOT EXISTS (
    SELECT FROM kitty.member
    WHERE repo = p_repo AND role = session_user
      AND array_position(ARRAY['read', 'append', 'own'], may) >= array_position(ARRAY['read', 'append', 'own'], p_wanted)
  ) THEN
    RAISE EXCEPTION USING ERRCODE = 'KT001', MESSAGE = 'no right to ' || p_wanted;
  END IF;
END $$`

/** Evaluated once per statement, since the policy uses it in a subquery. */
const READABLE = `
CREATE FUNCTION kitty.readable_1() RETURNS SETOF text
LANGUAGE sql STABLE ${HEAD} AS $$
  SELECT repo FROM kitty.member WHERE role = session_user
$$`

const VERSION = `
CREATE FUNCTION kitty.hub_version() RETURNS jsonb
LANGUAGE sql VOLATILE ${HEAD} AS $$
  SELECT jsonb_build_object(
    'functions', jsonb_build_array(1),
    'recovery', pg_is_in_recovery(),
    'timeline', CASE WHEN pg_is_in_recovery() THEN NULL ELSE left(pg_walfile_name(pg_current_wal_lsn()), 8) END,
    'now', to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
  )
$$`

/**
 * Appends all events or none. Locks the repository's row first, so that sequence numbers have no gap and follow the
 * order of commits: a reader that has seen one has seen all before it.
 */
const APPEND = `
CREATE FUNCTION kitty.append_1(
  p_repo text, p_expects jsonb, p_ids text[], p_streams text[], p_days date[], p_lines bytea[]
) RETURNS TABLE (event_id text, answer text, seq bigint, version integer)
LANGUAGE plpgsql VOLATILE ${HEAD} AS $$
#variable_conflict use_column
DECLARE
  n integer := cardinality(p_ids);
  head bigint;
  answers text[] := array_fill(NULL::text, ARRAY[n]);
  seqs bigint[] := array_fill(NULL::bigint, ARRAY[n]);
  versions integer[] := array_fill(NULL::integer, ARRAY[n]);
  old record;
BEGIN
  PERFORM kitty.assert_may(p_repo, 'append');
  SELECT r.seq INTO STRICT head FROM kitty.repo r WHERE r.repo = p_repo FOR UPDATE;
  FOR i IN 1 .. n LOOP
    SELECT v.why INTO old FROM kitty.void v WHERE v.repo = p_repo AND v.event_id = p_ids[i];
    IF FOUND THEN
      answers[i] := CASE WHEN old.why IS NULL THEN 'void' ELSE 'redacted' END;
    ELSE
      SELECT e.seq, e.version, e.line = p_lines[i] AS same INTO old
      FROM kitty.event e WHERE e.repo = p_repo AND e.event_id = p_ids[i];
      IF FOUND THEN
        answers[i] := CASE WHEN old.same THEN 'duplicate' ELSE 'differs' END;
        seqs[i] := old.seq;
        versions[i] := old.version;
      END IF;
    END IF;
  END LOOP;
  IF array_position(answers, NULL) IS NOT NULL THEN
    IF answers && ARRAY['void', 'redacted', 'differs'] OR EXISTS (
      SELECT FROM jsonb_each_text(p_expects) x
      WHERE x.value::integer <> coalesce(
        (SELECT max(e.version) FROM kitty.event e WHERE e.repo = p_repo AND e.stream = x.key), 0)
    ) THEN
      answers := array_replace(answers, NULL, 'refused');
    ELSE
      FOR i IN 1 .. n LOOP
        CONTINUE WHEN answers[i] IS NOT NULL;
        IF octet_length(p_lines[i]) NOT BETWEEN 2 AND 262143 OR p_ids[i] !~ '^[0-7][0-9A-HJKMNP-TV-Z]{25}$' THEN
          RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'not an event';
        END IF;
        head := head + 1;
        answers[i] := 'appended';
        seqs[i] := head;
        versions[i] := 1 + coalesce(
          (SELECT max(e.version) FROM kitty.event e WHERE e.repo = p_repo AND e.stream = p_streams[i]), 0);
        INSERT INTO kitty.event (repo, seq, stream, version, event_id, day, line, role)
        VALUES (p_repo, head, p_streams[i], versions[i], p_ids[i], p_days[i], p_lines[i], session_user);
      END LOOP;
      UPDATE kitty.repo r SET seq = head WHERE r.repo = p_repo;
      PERFORM pg_notify('kitty_' || lower(p_repo), '');
    END IF;
  END IF;
  RETURN QUERY SELECT * FROM unnest(p_ids, answers, seqs, versions);
END $$`

/** Makes certain that a request whose answer was lost was carried out, or never will be. */
const SETTLE = `
CREATE FUNCTION kitty.settle_1(p_repo text, p_id text) RETURNS text
LANGUAGE plpgsql VOLATILE ${HEAD} AS $$
BEGIN
  PERFORM kitty.assert_may(p_repo, 'append');
  PERFORM FROM kitty.repo WHERE repo = p_repo FOR UPDATE;
  IF EXISTS (SELECT FROM kitty.event WHERE repo = p_repo AND event_id = p_id) THEN RETURN 'made'; END IF;
  INSERT INTO kitty.void (repo, event_id) VALUES (p_repo, p_id) ON CONFLICT DO NOTHING;
  RETURN 'void';
END $$`

/** One row without a sequence number means "reset": the event at the cursor is another one, or is gone. */
const SINCE = `
CREATE FUNCTION kitty.since_1(p_repo text, p_seq bigint, p_id text, p_limit integer)
RETURNS TABLE (seq bigint, event_id text, stream text, role text, line bytea)
LANGUAGE plpgsql STABLE ${HEAD} AS $$
#variable_conflict use_column
BEGIN
  PERFORM kitty.assert_may(p_repo, 'read');
  IF p_seq > 0 AND NOT EXISTS (
    SELECT FROM kitty.event e WHERE e.repo = p_repo AND e.seq = p_seq AND e.event_id = p_id
  ) THEN
    RETURN QUERY SELECT NULL::bigint, NULL::text, NULL::text, NULL::text, NULL::bytea;
    RETURN;
  END IF;
  RETURN QUERY SELECT e.seq, e.event_id, e.stream, e.role, e.line FROM kitty.event e
  WHERE e.repo = p_repo AND e.seq > p_seq ORDER BY e.seq LIMIT p_limit;
END $$`

/** Two sides that have the same count and the same sum for a day have the same events of that day. */
const DAYS = `
CREATE FUNCTION kitty.days_1(p_repo text) RETURNS TABLE (day text, events bigint, ids_xor bigint)
LANGUAGE plpgsql STABLE ${HEAD} AS $$
#variable_conflict use_column
BEGIN
  PERFORM kitty.assert_may(p_repo, 'read');
  RETURN QUERY SELECT e.day::text, count(*), bit_xor(('x' || left(md5(e.event_id), 16))::bit(64)::bigint)
  FROM kitty.event e WHERE e.repo = p_repo GROUP BY e.day;
END $$`

/** What a member may know of the repository itself. */
const REPO = `
CREATE FUNCTION kitty.repo_1(p_repo text) RETURNS TABLE (epoch text, seq bigint, roots text[], may text)
LANGUAGE plpgsql STABLE ${HEAD} AS $$
#variable_conflict use_column
BEGIN
  PERFORM kitty.assert_may(p_repo, 'read');
  RETURN QUERY SELECT r.epoch, r.seq, r.roots, m.may
  FROM kitty.repo r JOIN kitty.member m ON m.repo = r.repo AND m.role = session_user WHERE r.repo = p_repo;
END $$`

const MEMBER = `
CREATE FUNCTION kitty.member_1(p_repo text, p_role text, p_may text) RETURNS void
LANGUAGE plpgsql VOLATILE ${HEAD} AS $$
BEGIN
  PERFORM kitty.assert_may(p_repo, 'own');
  IF p_may = 'none' THEN
    DELETE FROM kitty.member WHERE repo = p_repo AND role = p_role;
  ELSE
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = p_role) THEN
      RAISE EXCEPTION USING ERRCODE = 'KT002', MESSAGE = 'no such role';
    END IF;
    INSERT INTO kitty.member (repo, role, may) VALUES (p_repo, p_role, p_may)
    ON CONFLICT (repo, role) DO UPDATE SET may = excluded.may;
  END IF;
  IF NOT EXISTS (SELECT FROM kitty.member WHERE repo = p_repo AND may = 'own') THEN
    RAISE EXCEPTION USING ERRCODE = 'KT003', MESSAGE = 'the last owner';
  END IF;
END $$`

/** No one but the owner may use what the grants do not name. */
const GRANTS = `
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA kitty FROM PUBLIC;
GRANT USAGE ON SCHEMA kitty TO PUBLIC;
GRANT SELECT ON kitty.event TO PUBLIC;
GRANT EXECUTE ON FUNCTION kitty.readable_1, kitty.hub_version, kitty.append_1, kitty.settle_1, kitty.since_1,
  kitty.days_1, kitty.repo_1, kitty.member_1 TO PUBLIC;
ALTER TABLE kitty.event ENABLE ROW LEVEL SECURITY;
CREATE POLICY members ON kitty.event FOR SELECT USING (repo IN (SELECT kitty.readable_1()))`

/** In the order in which they can be created. */
export const FUNCTIONS_1 = [
  RIGHTS,
  READABLE,
  VERSION,
  APPEND,
  SETTLE,
  SINCE,
  DAYS,
  REPO,
  MEMBER,
  ...GRANTS.split(';\n'),
]

/** The functions alone, in the order in which they can be dropped. */
export const DROP_FUNCTIONS_1 = [
  'DROP POLICY members ON kitty.event',
  ...[
    'member_1',
    'repo_1',
    'days_1',
    'since_1',
    'settle_1',
    'append_1',
    'hub_version',
    'readable_1',
    'assert_may',
  ].map((name) => `DROP FUNCTION kitty.${name}`),
]
