import { ENTITIES_OF, isEventType, isStub, type EventId, type LogEvent } from './event.js'
import {
  isName,
  parseEntityId,
  parseEventId,
  parseFeatureSlug,
  parseLamportClock,
  parseTimestamp,
  readEventId,
  readTimestamp,
} from './ids.js'
import { STUB_SCHEMA } from './payload-schemas.js'
import { createRegistry, type Registry } from './registry.js'
import { isObject } from './schema.js'
import { findHazard } from './hazards.js'

export type ParseProblemKind =
  /** Not a JSON object. */
  | 'not_an_object'
  /** An envelope key is missing, of the wrong type or out of range. */
  | 'bad_envelope'
  /** The payload does not fit its type. */
  | 'bad_payload'
  /** Nested too deep, too many parts, or keys made to reach object prototypes. */
  | 'hazard'

export interface ParseProblem {
  readonly kind: ParseProblemKind
  readonly message: string
}

export type ParseResult =
  | { readonly ok: true; readonly event: LogEvent; readonly known: boolean }
  | { readonly ok: false; readonly problem: ParseProblem }

const OWN = createRegistry()

/** What a reader knows about a line other than its text. */
export interface ReadingHints {
  /** The feature of events that name none, in a log that is about one feature. */
  readonly feature?: string | undefined
}

/**
 * Reads one value of the log, tolerantly: extra keys, unknown types and later versions are kept (`known: false`
 * for the last two, their payloads unchecked). Never throws, whatever comes in.
 *
 * Also reads what other programs write: any moment of RFC 3339, ids that are no ULIDs, no `causation_id` or
 * `correlation_id`, and no `feature_slug` in the payload where the event names its feature in another way.
 *
 * The event is the given object itself, not a copy, unless something had to be brought to today's form.
 */
export function parseEvent(value: unknown, registry: Registry = OWN, hints: ReadingHints = {}): ParseResult {
  try {
    return parse(value, registry, hints)
  } catch (error) {
    // Only a plugin's upcaster or schema, or an object with throwing accessors, can get here.
    return refuse(
      'bad_payload',
      `its payload could not be read: ${error instanceof Error ? error.message : 'unknown'}`,
    )
  }
}

function parse(given: unknown, registry: Registry, hints: ReadingHints): ParseResult {
  if (!isObject(given)) return refuse('not_an_object', 'the line is not a JSON object')
  let value = given
  if (envelopeFault(value) !== undefined) {
    value = inOurForm(value, hints)
    const fault = envelopeFault(value, readEventId)
    if (fault !== undefined) return refuse('bad_envelope', fault)
  }
  const hazard = findHazard(value)
  if (hazard !== undefined) return refuse('hazard', hazard)
  // Cast: envelopeFault has checked every key of the envelope; payloads are checked below.
  const { event, known } = registry.upcast(value as unknown as LogEvent)
  if (!known) return { ok: true, event, known }
  const payloadFault = firstPayloadFault(event, registry)
  return payloadFault === undefined ? { ok: true, event, known } : refuse('bad_payload', payloadFault)
}

/** Brings what other programs leave out or spell in their own way to kitty's form; leaves what is wrong as it is. */
function inOurForm(value: Readonly<Record<string, unknown>>, hints: ReadingHints): Record<string, unknown> {
  const { causation_id = null, correlation_id = null, timestamp, payload } = value
  return {
    ...value,
    timestamp: readTimestamp(timestamp) ?? timestamp,
    causation_id,
    correlation_id,
    payload: isObject(payload) ? withFeature(value, payload, hints) : payload,
  }
}

/** The entity of a feature's own event is the feature; other programs write its name next to the payload or as a mission. */
function withFeature(
  { entity_type, entity_id, feature_slug }: Readonly<Record<string, unknown>>,
  payload: Record<string, unknown>,
  { feature }: ReadingHints,
): Record<string, unknown> {
  if (payload['feature_slug'] !== undefined) return payload
  const own = entity_type === 'FeatureSpec' ? entity_id : undefined
  const named = [own, feature_slug, payload['mission_slug'], feature].find(
    (name) => parseFeatureSlug(name) !== undefined,
  )
  return named === undefined ? payload : { ...payload, feature_slug: named }
}

/**
 * The first thing wrong with the envelope, in words, or undefined. `parents` may name any event that a log holds: they
 * are ids that other writers chose.
 * @param parseId which ids the event itself may have: those that may be written when not given
 */
export function envelopeFault(
  value: Readonly<Record<string, unknown>>,
  parseId: (text: unknown) => EventId | undefined = parseEventId,
): string | undefined {
  const id = parseId === parseEventId ? 'a ULID' : 'a name'
  if (parseId(value['event_id']) === undefined) return wrong(value, 'event_id', id)
  if (!isName(value['event_type'])) return wrong(value, 'event_type', 'a name')
  if (!isVersion(value['event_version'])) return wrong(value, 'event_version', 'an integer from 1')
  if (parseLamportClock(value['lamport_clock']) === undefined) {
    return wrong(value, 'lamport_clock', 'an integer from 1 to 2^53-1')
  }
  if (parseEntityId(value['entity_id']) === undefined) return wrong(value, 'entity_id', 'a name')
  if (!isName(value['entity_type'])) return wrong(value, 'entity_type', 'a name')
  if (parseTimestamp(value['timestamp']) === undefined) {
    return wrong(value, 'timestamp', 'a moment like 2026-11-22T10:00:00.000Z')
  }
  if (typeof value['actor'] !== 'string' || value['actor'] === '')
    return wrong(value, 'actor', 'a non-empty string')
  if (!isTextOrNull(value['causation_id'])) return wrong(value, 'causation_id', 'a string or null')
  if (!isTextOrNull(value['correlation_id'])) return wrong(value, 'correlation_id', 'a string or null')
  const payload = value['payload']
  if (!isObject(payload)) return wrong(value, 'payload', 'an object')
  if (parseFeatureSlug(payload['feature_slug']) === undefined) return wrong(payload, 'feature_slug', 'a name')
  return parentsFault(value) ?? entityFault(value)
}

function parentsFault(value: Readonly<Record<string, unknown>>): string | undefined {
  const parents = value['parents']
  if (parents === undefined) return undefined
  const valid = Array.isArray(parents) && parents.every((parent) => readEventId(parent) !== undefined)
  return valid ? undefined : wrong(value, 'parents', 'a list of event ids')
}

function entityFault({ event_type, entity_type }: Readonly<Record<string, unknown>>): string | undefined {
  if (typeof event_type !== 'string' || !isEventType(event_type)) return undefined
  const expected: readonly unknown[] = ENTITIES_OF[event_type]
  return expected.includes(entity_type)
    ? undefined
    : `entity_type of a ${event_type} must be ${expected.join(' or ')}`
}

function firstPayloadFault(event: LogEvent, registry: Registry): string | undefined {
  let first: string | undefined
  const schema = isStub(event) ? STUB_SCHEMA : registry.definition(event.event_type)?.schema
  schema?.check(event.payload, '', 'read', (path, message) => {
    first ??= `payload ${path === '' ? '' : `${path} `}of this ${event.event_type} ${message}`
  })
  return first
}

function wrong(value: Readonly<Record<string, unknown>>, key: string, expected: string): string {
  return value[key] === undefined ? `${key} is missing` : `${key} must be ${expected}`
}

function isVersion(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 1
}

function isTextOrNull(value: unknown): boolean {
  return value === null || typeof value === 'string'
}

function refuse(kind: ParseProblemKind, message: string): ParseResult {
  return { ok: false, problem: { kind, message } }
}
