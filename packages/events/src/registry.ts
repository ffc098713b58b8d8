import { CURRENT_VERSION, ENTITY_OF, isEventType, type EventType, type LogEvent } from './event.js'
import { PAYLOAD_SCHEMAS } from './payload-schemas.js'
import type { PayloadSchema } from './schema.js'

type Payload = Readonly<Record<string, unknown>> & { readonly feature_slug: string }
/** Brings a payload of one version to the next. Pure; may throw on a payload it cannot read. */
export type Upcaster = (payload: Payload) => Payload

/** One event type: its current version, what its payload may hold, and how older payloads come up to it. */
export interface EventTypeDefinition {
  /** `x.<plugin>.<Name>` for anything that is not the library's own. */
  readonly type: string
  /** Current version, 1 or more. */
  readonly version: number
  readonly schema: PayloadSchema
  /** `upcasters[n]` takes version n to n + 1; one for every version below the current one. */
  readonly upcasters?: Readonly<Record<number, Upcaster>>
}

export interface Registry {
  /** Every type that may be written. */
  readonly types: readonly string[]
  definition(type: string): EventTypeDefinition | undefined
  /**
   * Brings an older payload up to the current version.
   * `known` is false for a type that is not registered and for a version later than the current one: such an
   * event comes back as it is, never guessed at. Throws whatever an upcaster throws.
   */
  upcast(event: LogEvent): { readonly event: LogEvent; readonly known: boolean }
}

const PLUGIN_TYPE = /^x\.[a-z0-9][a-z0-9-]{0,63}\.[A-Z][A-Za-z0-9]{0,63}$/

/**
 * @param extra definitions of plugins
 * @throws TypeError when a definition is misnamed, given twice, or leaves a version without an upcaster
 */
export function createRegistry(extra: readonly EventTypeDefinition[] = []): Registry {
  const definitions = new Map<string, EventTypeDefinition>()
  for (const type of Object.keys(ENTITY_OF)) if (isEventType(type)) definitions.set(type, ownDefinition(type))
  for (const definition of extra) {
    const fault = faultOf(definition, definitions)
    if (fault !== undefined) throw new TypeError(`Event type ${JSON.stringify(definition.type)} ${fault}`)
    definitions.set(definition.type, definition)
  }
  return {
    types: [...definitions.keys()],
    definition: (type) => definitions.get(type),
    upcast: (event) => upcast(event, definitions.get(event.event_type)),
  }
}

function ownDefinition(type: EventType): EventTypeDefinition {
  return { type, version: CURRENT_VERSION[type], schema: PAYLOAD_SCHEMAS[type] }
}

function upcast(event: LogEvent, definition: EventTypeDefinition | undefined) {
  if (definition === undefined || event.event_version > definition.version) return { event, known: false }
  if (event.event_version === definition.version) return { event, known: true }
  let payload: Payload = { ...event.payload }
  for (let version = event.event_version; version < definition.version; version += 1) {
    // createRegistry made sure that every version below the current one has its upcaster.
    payload = definition.upcasters?.[version]?.(payload) ?? payload
  }
  // Cast: the schema of the current version is checked by the caller, after the upcast.
  return { event: { ...event, event_version: definition.version, payload } as LogEvent, known: true }
}

function faultOf({ type, version, upcasters }: EventTypeDefinition, known: ReadonlyMap<string, unknown>) {
  if (!PLUGIN_TYPE.test(type)) return 'must have the form x.<plugin>.<Name>; rename it.'
  if (known.has(type)) return 'is defined twice; remove one definition.'
  if (!Number.isSafeInteger(version) || version < 1) return `has version ${version}; use an integer from 1.`
  for (let older = 1; older < version; older += 1) {
    if (upcasters?.[older] === undefined)
      return `has no upcaster from version ${older}; add upcasters[${older}].`
  }
  return undefined
}
