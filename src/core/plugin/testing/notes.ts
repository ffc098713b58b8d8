import { encodeEvent, type LogEvent, parseEvent } from '../../events-lib.js'

const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/** A valid ULID. ULIDs sort in the order of their `seed`. */
export function ulid(seed: number): string {
  let digits = ''
  for (let rest = seed; digits.length < 24; rest = Math.floor(rest / 32))
    digits = CROCKFORD.charAt(rest % 32) + digits
  return `01${digits}`
}

/** The event object of a note whose ID and clock come from `seed`, with any key replaced. */
export function noteFields(
  seed: number,
  changes: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> {
  return {
    event_id: ulid(seed),
    event_type: 'NoteAdded',
    event_version: 1,
    lamport_clock: seed,
    entity_id: 'WP01',
    entity_type: 'WorkPackage',
    timestamp: '2026-11-22T09:30:00.000Z',
    actor: 'ada',
    causation_id: null,
    correlation_id: null,
    payload: { feature_slug: '001-login', text: `note ${seed}` },
    ...changes,
  }
}

export function note(seed: number, changes: Readonly<Record<string, unknown>> = {}): LogEvent {
  const result = parseEvent(noteFields(seed, changes))
  if (!result.ok) throw new Error(`a note with these keys is no event: ${result.problem.message}`)
  return result.event
}

/** The line of `note(seed)`, including its newline. */
export function noteLine(seed: number, changes: Readonly<Record<string, unknown>> = {}): string {
  return encodeEvent(note(seed, changes))
}
