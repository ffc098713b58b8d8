import { encodeEvent, utf8Length } from './encode.js'
import { EVENT_KEYS, isEventType, isStub, type LogEvent } from './event.js'
import { findHazard } from './hazards.js'
import { isName, isPlainSlug } from './ids.js'
import { envelopeFault } from './parse.js'
import { STUB_SCHEMA } from './payload-schemas.js'
import type { Registry } from './registry.js'
import { isObject } from './schema.js'

/** Longest line that may be written, newline included. */
export const MAX_LINE_BYTES = 256 * 1024
/** Most parents an event may name. */
export const MAX_PARENTS = 1000

const ENVELOPE: ReadonlySet<string> = new Set(EVENT_KEYS)
/** Kitty's own kinds of entity; those of plugins begin with `x.`. */
export const ENTITY_TYPES: readonly string[] = ['WorkPackage', 'FeatureSpec', 'Subtask', 'Gate', 'Workspace']

/**
 * Lists in words everything that keeps a stamped event from being written; empty when it may be written. Strict: an
 * unknown type or version, a missing or extra key, a wrong type or size is a fault.
 * @param byteLength of the encoded line, newline included; computed when not given
 */
export function checkNew(value: unknown, registry: Registry, byteLength?: number): string[] {
  if (!isObject(value)) return ['the event is not an object']
  const fault = envelopeFault(value) ?? findHazard(value)
  if (fault !== undefined) return [fault]
  // Cast: envelopeFault has checked every key of the envelope.
  const event = value as unknown as LogEvent
  const faults: string[] = []
  for (const key of Object.keys(value)) if (!ENVELOPE.has(key)) faults.push(`${key} is not a known key`)
  checkNames(event, faults)
  checkPayload(event, registry, faults)
  const parents = event.parents?.length ?? 0
  if (parents > MAX_PARENTS)
    faults.push(`parents has ${parents} entries; at most ${MAX_PARENTS} may be written`)
  const bytes = byteLength ?? utf8Length(encodeEvent(event))
  if (bytes > MAX_LINE_BYTES)
    faults.push(`the line has ${bytes} bytes; at most ${MAX_LINE_BYTES} may be written`)
  return faults
}

function checkNames(event: LogEvent, faults: string[]): void {
  if (!isPlainSlug(event.payload.feature_slug)) {
    faults.push(
      'payload feature_slug must be lower-case letters, digits, dots and dashes, at most 100, no ".."; at its end, "-" and the first eight characters of a ULID may be in upper case',
    )
  }
  for (const key of ['actor', 'causation_id', 'correlation_id'] as const) {
    const text = event[key]
    if (text !== null && !isName(text))
      faults.push(`${key} must have 1 to 200 characters and no control character`)
  }
  if (!ENTITY_TYPES.includes(event.entity_type) && !event.entity_type.startsWith('x.')) {
    faults.push(`entity_type ${event.entity_type} is not known; the name of a plugin's own begins with x.`)
  }
}

function checkPayload(event: LogEvent, registry: Registry, faults: string[]): void {
  const definition = registry.definition(event.event_type)
  if (definition === undefined) {
    faults.push(`event_type ${event.event_type} is not registered; register it or use one that is`)
    return
  }
  const older = definition.older?.[event.event_version]
  if (event.event_version !== definition.version && older === undefined) {
    const versions = [...Object.keys(definition.older ?? {}), definition.version]
    faults.push(`event_version of a ${event.event_type} must be ${versions.join(' or ')}`)
  }
  const schema = isStub(event) ? STUB_SCHEMA : (older ?? definition.schema)
  schema.check(event.payload, 'payload', 'write', (path, message) => faults.push(`${path} ${message}`))
  if (isEventType(event.event_type)) checkSameEntity(event, faults)
  if (event.event_type === 'HeadsJoined' && event.causation_id !== null)
    faults.push('causation_id of a HeadsJoined must be null: it belongs to no operation')
}

/** A payload that names another entity than the envelope would split one history in two. */
function checkSameEntity({ entity_id, entity_type, payload }: LogEvent, faults: string[]): void {
  const key = { WorkPackage: 'work_package_id', Gate: 'gate_id', FeatureSpec: 'feature_slug' }[entity_type]
  // Cast: payloads are plain objects; a key that is not there reads as undefined.
  const named = key === undefined ? undefined : (payload as Readonly<Record<string, unknown>>)[key]
  if (named !== undefined && named !== entity_id)
    faults.push(`payload ${key} must be the entity_id, ${entity_id}`)
}
