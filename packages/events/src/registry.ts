import {
  CURRENT_VERSION,
  READS_AS_CURRENT_SINCE,
  isEventType,
  isStub,
  type EventType,
  type LogEvent,
} from './event.js'
import { OLDER_SCHEMAS, PAYLOAD_SCHEMAS } from './payload-schemas.js'
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
  /** Earlier versions that may still be written, for payloads that need no later one. */
  readonly older?: Readonly<Record<number, PayloadSchema>>
  /** From this version on, payloads read as the current one without a change; the event keeps its version. */
  readonly readsAsCurrentSince?: number
  /** `upcasters[n]` takes version n to n + 1; one for every version below the current one. */
  readonly upcasters?: Readonly<Record<number, Upcaster>>
}

export interface Registry {
  /** Every type that may be written. */
  readonly types: readonly string[]
  definition(type: string): EventTypeDefinition | undefined
  /** The version that a payload of this type is written in: the earliest that may still be written and has room for it. */
  versionFor(type: string, payload: unknown): number
  /**
   * Brings an older payload up to the current version.
   * `known` is false for a type that is not registered and for a version later than the current one: such an
   * event comes back as it is, never guessed at. A stub, and a version that reads as the current one, also comes back
   * as it is. Throws whatever an upcaster throws.
   */
  upcast(event: LogEvent): { readonly event: LogEvent; readonly known: boolean }
}

const PLUGIN_TYPE = /^x\.[a-z0-9][a-z0-9-]{0,63}\.[A-Z][A-Za-z0-9]{0,63}$/

/**
 * @param extra definitions of plugins
 * @throws TypeError when a definition is misnamed, given twice, or leaves a version without an upcaster
 */
export function createRegistry(extra: readonly EventTypeDefinition[] = []): Registry {
  const own = Object.keys(CURRENT_VERSION).filter(isEventType)
  const added = new Map<string, EventTypeDefinition>()
  for (const definition of extra) {
    const fault = faultOf(definition, added)
    if (fault !== undefined) throw new TypeError(`Event type ${JSON.stringify(definition.type)} ${fault}`)
    added.set(definition.type, definition)
  }
  // The library's own schemas are made when the first one is asked for: many a reader asks for none.
  let library: ReadonlyMap<string, EventTypeDefinition> | undefined
  const definition = (type: string): EventTypeDefinition | undefined =>
    added.get(type) ?? (library ??= new Map(own.map((name) => [name, ownDefinition(name)]))).get(type)
  return {
    types: [...own, ...added.keys()],
    definition,
    versionFor: (type, payload) => versionFor(definition(type), payload),
    upcast: (event) => upcast(event, definition(event.event_type)),
  }
}

function ownDefinition(type: EventType): EventTypeDefinition {
  const older = OLDER_SCHEMAS[type]
  return {
    type,
    version: CURRENT_VERSION[type],
    schema: PAYLOAD_SCHEMAS[type],
    ...(older === undefined ? {} : { older }),
    readsAsCurrentSince: READS_AS_CURRENT_SINCE[type] ?? CURRENT_VERSION[type],
  }
}

function versionFor(definition: EventTypeDefinition | undefined, payload: unknown): number {
  if (definition === undefined) return 1
  const fits = Object.entries(definition.older ?? {}).find(([, schema]) => {
    let faults = 0
    schema.check(payload, '', 'write', () => (faults += 1))
    return faults === 0
  })
  return fits === undefined ? definition.version : Number(fits[0])
}

function upcast(event: LogEvent, definition: EventTypeDefinition | undefined) {
  if (definition === undefined || event.event_version > definition.version) return { event, known: false }
  if (event.event_version >= (definition.readsAsCurrentSince ?? definition.version) || isStub(event))
    return { event, known: true }
  let payload: Payload = { ...event.payload }
  for (let version = event.event_version; version < definition.version; version += 1) {
    // createRegistry made sure that every version below the current one has its upcaster.
    payload = definition.upcasters?.[version]?.(payload) ?? payload
  }
  // Cast: the schema of the current version is checked by the caller, after the upcast.
  return { event: { ...event, event_version: definition.version, payload } as LogEvent, known: true }
}

function faultOf(
  { type, version, readsAsCurrentSince = version, upcasters }: EventTypeDefinition,
  known: ReadonlyMap<string, unknown>,
) {
  if (!PLUGIN_TYPE.test(type)) return 'must have the form x.<plugin>.<Name>; rename it.'
  if (known.has(type)) return 'is defined twice; remove one definition.'
  if (!Number.isSafeInteger(version) || version < 1) return `has version ${version}; use an integer from 1.`
  for (let older = 1; older < readsAsCurrentSince; older += 1) {
    if (upcasters?.[older] === undefined)
      return `has no upcaster from version ${older}; add upcasters[${older}].`
  }
  return undefined
}
