import type { PayloadOf } from './payloads.js'

declare const brand: unique symbol
type Branded<Base, Name extends string> = Base & { readonly [brand]: Name }

/**
 * Identity of an event: a ULID (26 Crockford characters, upper case, at most 128 bits) in every line that kitty
 * writes, any name in lines of other writers. {@link parseEventId} and {@link readEventId} are the only makers.
 */
export type EventId = Branded<string, 'EventId'>
/** Integer 1 … 2^53−1. Orders, never proves causality. {@link parseLamportClock} is the only maker. */
export type LamportClock = Branded<number, 'LamportClock'>
/** `WP01`, a gate's id or a feature slug. {@link parseEntityId} is the only maker. */
export type EntityId = Branded<string, 'EntityId'>
/** Name of a feature, as a log may hold it. {@link parseFeatureSlug} is the only maker. */
export type FeatureSlug = Branded<string, 'FeatureSlug'>
/** RFC 3339, UTC, milliseconds, `Z`. For people; never used to order. {@link parseTimestamp} is the only maker. */
export type Timestamp = Branded<string, 'Timestamp'>

export type EntityType = 'WorkPackage' | 'FeatureSpec' | 'Subtask' | 'Gate' | 'Workspace' | `x.${string}`

export type EventType = keyof PayloadOf

/** Priority of a package that names none. */
export const DEFAULT_PRIORITY = 2

/** The kinds of entity that each event type is about. */
export const ENTITIES_OF = {
  SpecCreated: ['FeatureSpec'],
  FeatureArchived: ['FeatureSpec'],
  FeatureRestored: ['FeatureSpec'],
  WPCreated: ['WorkPackage'],
  WPChanged: ['WorkPackage'],
  WPStatusChanged: ['WorkPackage'],
  WorkspaceCreated: ['WorkPackage'],
  SubtaskCompleted: ['WorkPackage'],
  GateCreated: ['Gate'],
  GateResultChanged: ['Gate'],
  TagsChanged: ['WorkPackage'],
  UsageRecorded: ['WorkPackage'],
  NoteAdded: ['WorkPackage', 'FeatureSpec'],
  NoteRetracted: ['WorkPackage'],
  Assigned: ['WorkPackage'],
  LinkAdded: ['WorkPackage', 'FeatureSpec'],
  HeadsJoined: ['WorkPackage', 'FeatureSpec', 'Subtask', 'Gate', 'Workspace'],
} as const satisfies Record<EventType, readonly EntityType[]>

/** Current payload version of each type; an event of a later version is kept and not interpreted. */
export const CURRENT_VERSION: Readonly<Record<EventType, number>> = {
  SpecCreated: 1,
  FeatureArchived: 1,
  FeatureRestored: 1,
  WPCreated: 1,
  WPChanged: 1,
  WPStatusChanged: 2,
  WorkspaceCreated: 1,
  SubtaskCompleted: 1,
  GateCreated: 1,
  GateResultChanged: 1,
  TagsChanged: 1,
  UsageRecorded: 1,
  NoteAdded: 1,
  NoteRetracted: 1,
  Assigned: 1,
  LinkAdded: 1,
  HeadsJoined: 1,
}

/**
 * Earlier versions that read as the current one without a change, since later ones only add optional keys.
 * Such an event keeps its version, so that it can be shown and written as it is.
 */
export const READS_AS_CURRENT_SINCE: Readonly<Partial<Record<EventType, number>>> = { WPStatusChanged: 1 }

/** A map, since every event needs several look-ups: a name out of a log is slow to find among an object's keys. */
const VERSIONS: ReadonlyMap<string, { readonly current: number; readonly since: number }> = new Map(
  Object.entries(CURRENT_VERSION).map(([type, current]) => [
    type,
    // Cast: the keys of CURRENT_VERSION are event types.
    { current, since: READS_AS_CURRENT_SINCE[type as EventType] ?? current },
  ]),
)

/** One line of the log. */
export interface Envelope<Type extends string, Payload, Entity extends string = string> {
  readonly event_id: EventId
  readonly event_type: Type
  readonly event_version: number
  readonly lamport_clock: LamportClock
  readonly entity_id: EntityId
  readonly entity_type: Entity
  readonly timestamp: Timestamp
  readonly actor: string
  readonly causation_id: string | null
  readonly correlation_id: string | null
  readonly payload: Payload
  /** Heads of this entity's history that the writer had seen; absent in logs of other writers. */
  readonly parents?: readonly EventId[]
}

/** An envelope's keys in the order of a written line. */
export const EVENT_KEYS = [
  'event_id',
  'event_type',
  'event_version',
  'lamport_clock',
  'entity_id',
  'entity_type',
  'timestamp',
  'actor',
  'causation_id',
  'correlation_id',
  'payload',
  'parents',
] as const satisfies readonly (keyof Envelope<string, unknown>)[]

/** An event this library interprets; narrow further on `event_type`. */
export type KittyEvent = {
  [T in EventType]: Envelope<T, Readonly<PayloadOf[T]>, (typeof ENTITIES_OF)[T][number]>
}[EventType]
/** An event of a plugin, of another program or of a later version: kept, ordered, not interpreted. */
export type ForeignEvent = Envelope<
  string,
  Readonly<Record<string, unknown>> & { readonly feature_slug: string }
>
export type LogEvent = KittyEvent | ForeignEvent

/** What a decider returns. The store adds ids, clock and time. */
export type NewEvent<Type extends EventType = EventType> = {
  [T in Type]: {
    readonly event_type: T
    readonly event_version?: number
    readonly entity_id: string
    readonly entity_type: (typeof ENTITIES_OF)[T][number]
    readonly payload: Readonly<PayloadOf[T]>
  }
}[Type]

/** What a plugin's decider returns. */
export interface NewPluginEvent {
  readonly event_type: `x.${string}.${string}`
  readonly event_version?: number
  readonly entity_id: string
  readonly entity_type: EntityType
  readonly payload: Readonly<Record<string, unknown>> & { readonly feature_slug: string }
}

/** True when this library interprets the event's payload: its type and version are known and it is no stub. */
export function isKittyEvent(event: LogEvent): event is KittyEvent {
  const known = VERSIONS.get(event.event_type)
  if (known === undefined || event.event_version > known.current || event.event_version < known.since)
    return false
  // Cast: any payload may be read by key. The key comes first, since almost no event is a stub.
  return (event.payload as { readonly redacted?: unknown }).redacted === undefined || !isStub(event)
}

/**
 * True for the stub that a redaction leaves: the whole envelope, and of the payload only the feature and the reason.
 * A stub keeps its entity and its place in the causal order, and writes no register.
 */
export function isStub({ payload }: { readonly payload: object }): boolean {
  // Cast: any object may be read by key.
  const { redacted } = payload as { readonly redacted?: unknown }
  if (typeof redacted !== 'string') return false
  return Object.keys(payload).every((key) => key === 'redacted' || key === 'feature_slug')
}

/** The stub that takes the place of an event's line. @param reason why the payload was removed */
export function stubOf(event: LogEvent, reason: string): LogEvent {
  return { ...event, payload: { feature_slug: event.payload.feature_slug, redacted: reason } }
}

/** True for a type of kitty's own that this version does not know, or knows in earlier versions only. */
export function isFromNewerKitty(event: LogEvent): boolean {
  if (event.event_type.startsWith('x.') || isStub(event)) return false
  const known = VERSIONS.get(event.event_type)
  return known === undefined || event.event_version > known.current
}

/** True for a kind of entity that is not a plugin's. */
export function isEntityType(type: string): boolean {
  const own: readonly string[] = ENTITIES_OF.HeadsJoined
  return own.includes(type)
}

export function isEventType(type: string): type is EventType {
  return VERSIONS.has(type)
}

/** The identity of an entity: `WP01` exists in every feature. */
export interface Located {
  readonly entity_id: string
  readonly entity_type: string
  readonly payload: { readonly feature_slug: string }
}

/** An entity's identity as one string. Injective, since no parsed name holds a control character. */
export function entityKey(event: Located): string {
  return `${event.payload.feature_slug}\n${event.entity_type}\n${event.entity_id}`
}
