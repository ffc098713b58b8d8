/**
 * The hub's functions, version 2: leases, redaction, trimming. Version 1 stays in place. What `functions-1.ts` says about
 * rights holds here.
 *
 * SQLSTATE KT004: the days to trim have changed since they were compared.
 */

const HEAD = 'SECURITY DEFINER SET search_path = pg_catalog, pg_temp'

const versionOf = (functions: string): string => `
CREATE OR REPLACE FUNCTION kitty.hub_version() RETURNS jsonb
LANGUAGE sql VOLATILE ${HEAD} AS $$
  SELECT jsonb_build_object(
    'functions', jsonb_build_array(${functions}),
    'recovery', pg_is_in_recovery(),
    'timeline', CASE WHEN pg_is_in_recovery() THEN NULL ELSE left(pg_walfile_name(pg_current_wal_lsn()), 8) END,
    'now', to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
  )
$$`

/**
 * Appends as `append_1` does, and keeps the leases by the server's clock: `ends` and `claims` are what the events' moves
 * did; an event of a holder from the clone that has the lease renews it.
 */
const APPEND = `
CREATE FUNCTION kitty.append_2(
  p_repo text, p_expects jsonb, p_ids text[], p_streams text[], p_days date[], p_lines bytea[], p_lease jsonb
) RETURNS TABLE (event_id text, answer text)
LANGUAGE plpgsql VOLATILE ${HEAD} AS $$
#variable_conflict use_column
DECLARE
  ids text[];
  answers text[];
  v_clone text := p_lease->>'clone';
  v_until timestamptz := clock_timestamp() + (p_lease->>'ms')::bigint * interval '1 millisecond';
BEGIN
  SELECT array_agg(a.event_id), array_agg(a.answer) INTO ids, answers
  FROM kitty.append_1(p_repo, p_expects, p_ids, p_streams, p_days, p_lines) a;
  IF NOT answers && ARRAY['refused', 'void', 'redacted', 'differs'] THEN
    DELETE FROM kitty.lease l
    WHERE l.repo = p_repo AND l.stream IN (SELECT jsonb_array_elements_text(p_lease->'ends'));
    INSERT INTO kitty.lease (repo, stream, actor, session, clone, event_id, since, until)
    SELECT p_repo, c->>'stream', c->>'actor', c->>'session', v_clone, c->>'event', clock_timestamp(), v_until
    FROM jsonb_array_elements(p_lease->'claims') c
    ON CONFLICT (repo, stream) DO UPDATE SET actor = excluded.actor, session = excluded.session,
      clone = excluded.clone, event_id = excluded.event_id, since = excluded.since, until = excluded.until;
    UPDATE kitty.lease l SET until = v_until
    FROM jsonb_array_elements(p_lease->'renews') c
    WHERE l.repo = p_repo AND l.stream = c->>'stream' AND l.clone = v_clone AND l.actor = c->>'actor'
      AND (l.session IS NULL OR l.session = c->>'session');
  END IF;
  RETURN QUERY SELECT * FROM unnest(ids, answers);
END $$`

/** @returns whether this clone has the lease. Once it has ended, another clone of the same holder may have it. */
const RENEW = `
CREATE FUNCTION kitty.renew_1(p_repo text, p_stream text, p_actor text, p_session text, p_clone text, p_ms bigint)
RETURNS boolean
LANGUAGE plpgsql VOLATILE ${HEAD} AS $$
BEGIN
  PERFORM kitty.assert_may(p_repo, 'append');
  UPDATE kitty.lease SET clone = p_clone, until = clock_timestamp() + p_ms * interval '1 millisecond'
  WHERE repo = p_repo AND stream = p_stream AND actor = p_actor AND session IS NOT DISTINCT FROM p_session
    AND (clone = p_clone OR until < clock_timestamp());
  RETURN FOUND;
END $$`

/** Holds a name for one clone at a time; 0 milliseconds let it go. Names begin with #, as no stream does. */
const HOLD = `
CREATE FUNCTION kitty.hold_1(p_repo text, p_name text, p_clone text, p_ms bigint) RETURNS boolean
LANGUAGE plpgsql VOLATILE ${HEAD} AS $$
BEGIN
  PERFORM kitty.assert_may(p_repo, 'read');
  INSERT INTO kitty.lease AS l (repo, stream, actor, session, clone, event_id, since, until)
  VALUES (p_repo, '#' || p_name, session_user, NULL, p_clone, '', clock_timestamp(),
    clock_timestamp() + p_ms * interval '1 millisecond')
  ON CONFLICT (repo, stream) DO UPDATE SET actor = excluded.actor, clone = excluded.clone,
    since = excluded.since, until = excluded.until
  WHERE l.clone = excluded.clone OR l.until <= clock_timestamp();
  RETURN FOUND;
END $$`

/** What a clone keeps up to date apart from the events. Times are remainders, so that no clone's clock matters. */
const LATELY = `
CREATE FUNCTION kitty.lately_1(p_repo text) RETURNS jsonb
LANGUAGE plpgsql STABLE ${HEAD} AS $$
BEGIN
  PERFORM kitty.assert_may(p_repo, 'read');
  RETURN jsonb_build_object(
    'leases', coalesce((
      SELECT jsonb_agg(jsonb_build_object('stream', stream, 'event', event_id, 'clone', clone,
        'left_ms', round(extract(epoch FROM until - clock_timestamp()) * 1000)))
      FROM kitty.lease WHERE repo = p_repo AND stream NOT LIKE '#%'), '[]'),
    'redacted', coalesce((
      SELECT jsonb_agg(event_id) FROM kitty.void WHERE repo = p_repo AND why IS NOT NULL), '[]'),
    'trimmed', (SELECT trimmed FROM kitty.repo WHERE repo = p_repo));
END $$`

/** The line becomes the event without its content. Its ID is never taken again. */
const REDACT = `
CREATE FUNCTION kitty.redact_1(p_repo text, p_id text, p_why text, p_line bytea) RETURNS void
LANGUAGE plpgsql VOLATILE ${HEAD} AS $$
BEGIN
  PERFORM kitty.assert_may(p_repo, 'own');
  PERFORM FROM kitty.repo WHERE repo = p_repo FOR UPDATE;
  UPDATE kitty.event SET line = p_line WHERE repo = p_repo AND event_id = p_id;
  INSERT INTO kitty.void (repo, event_id, why) VALUES (p_repo, p_id, p_why)
  ON CONFLICT (repo, event_id) DO UPDATE SET why = excluded.why;
  PERFORM pg_notify('kitty_' || lower(p_repo), '');
END $$`

/**
 * Removes the days before `p_before`. `p_days` has the IDs per day that the caller found in the trunk: a day that has
 * another one stays, and so does everything. The last row of a stream stays, so that versions go on.
 */
const TRIM = `
CREATE FUNCTION kitty.trim_1(p_repo text, p_before date, p_days jsonb) RETURNS bigint
LANGUAGE plpgsql VOLATILE ${HEAD} AS $$
DECLARE
  removed bigint;
BEGIN
  PERFORM kitty.assert_may(p_repo, 'own');
  PERFORM FROM kitty.repo WHERE repo = p_repo FOR UPDATE;
  IF EXISTS (
    SELECT FROM kitty.event e WHERE e.repo = p_repo AND e.day < p_before
      AND NOT coalesce(p_days->(e.day::text) ? e.event_id, false)
  ) THEN
    RAISE EXCEPTION USING ERRCODE = 'KT004', MESSAGE = 'the days have changed';
  END IF;
  DELETE FROM kitty.event e WHERE e.repo = p_repo AND e.day < p_before AND e.version < (
    SELECT max(o.version) FROM kitty.event o WHERE o.repo = p_repo AND o.stream = e.stream);
  GET DIAGNOSTICS removed = ROW_COUNT;
  UPDATE kitty.repo SET trimmed = greatest(trimmed, p_before - 1) WHERE repo = p_repo;
  RETURN removed;
END $$`

const NAMES = ['append_2', 'renew_1', 'hold_1', 'lately_1', 'redact_1', 'trim_1']

export const FUNCTIONS_2 = [
  versionOf('1, 2'),
  APPEND,
  RENEW,
  HOLD,
  LATELY,
  REDACT,
  TRIM,
  ...NAMES.map((name) => `GRANT EXECUTE ON FUNCTION kitty.${name} TO PUBLIC`),
]

export const DROP_FUNCTIONS_2 = [versionOf('1'), ...NAMES.map((name) => `DROP FUNCTION kitty.${name}`)]
