declare const brand: unique symbol
type Branded<Base, Name extends string> = Base & { readonly [brand]: Name }

/** ULID: 26 Crockford characters, upper case, at most 128 bits. Made by {@link parseEventId} alone. */
export type EventId = Branded<string, 'EventId'>
/** Integer 1 … 2^53−1. Orders, never proves causality. Made by {@link parseLamportClock} alone. */
export type LamportClock = Branded<number, 'LamportClock'>
/** `WP01`, a gate's id or a feature slug. Made by {@link parseEntityId} alone. */
export type EntityId = Branded<string, 'EntityId'>
/** Name of a feature, as a log may hold it. Made by {@link parseFeatureSlug} alone. */
export type FeatureSlug = Branded<string, 'FeatureSlug'>
/** RFC 3339, UTC, milliseconds, `Z`. For people; never used to order. Made by {@link parseTimestamp} alone. */
export type Timestamp = Branded<string, 'Timestamp'>

export type EntityType = 'WorkPackage' | 'FeatureSpec' | 'Subtask' | 'Gate' | 'Workspace' | `x.${string}`

export interface GateReport {
  readonly gate_type: string
  readonly status: string
  readonly details?: string | null
}

export interface DependencyStatus {
  readonly all_complete: boolean
  readonly incomplete_dependencies: readonly string[]
}

/** A tag taken away, with the additions its writer had seen: additions it had not seen stay. */
export interface TagRemoval {
  readonly tag: string
  readonly seen: readonly string[]
}

/** The payload of each event type, version 1. Every one also holds the slug of its feature. */
export interface PayloadOf {
  SpecCreated: { feature_slug: string; title: string; mission: string; created_by: string }
  WPCreated: {
    feature_slug: string
    work_package_id: string
    title: string
    dependencies: readonly string[]
    subtasks: readonly string[]
  }
  WPStatusChanged: {
    feature_slug: string
    old_status: string
    new_status: string
    reason?: string | null
    force?: boolean | null
    gate_results?: readonly GateReport[] | null
    dependency_status?: DependencyStatus | null
  }
  WorkspaceCreated: {
    feature_slug: string
    work_package_id: string
    worktree_path: string
    branch_name: string
    base_branch?: string | null
  }
  SubtaskCompleted: { feature_slug: string; work_package_id: string; subtask_id: string; done: boolean }
  GateCreated: { feature_slug: string; work_package_id: string; gate_id: string; gate_type: string }
  GateResultChanged: {
    feature_slug: string
    gate_id: string
    old_status: string
    new_status: string
    result_data?: Readonly<Record<string, unknown>> | null
  }
  TagsChanged: { feature_slug: string; added: readonly string[]; removed: readonly TagRemoval[] }
  /** Integers to add: sums of fractions depend on their order. */
  UsageRecorded: {
    feature_slug: string
    tokens?: number | null
    cost_usd_micros?: number | null
    seconds?: number | null
  }
  NoteAdded: { feature_slug: string; text: string }
}

export type EventType = keyof PayloadOf

/** Which kind of entity each event type is about. */
export const ENTITY_OF = {
  SpecCreated: 'FeatureSpec',
  WPCreated: 'WorkPackage',
  WPStatusChanged: 'WorkPackage',
  WorkspaceCreated: 'WorkPackage',
  SubtaskCompleted: 'WorkPackage',
  GateCreated: 'Gate',
  GateResultChanged: 'Gate',
  TagsChanged: 'WorkPackage',
  UsageRecorded: 'WorkPackage',
  NoteAdded: 'WorkPackage',
} as const satisfies Record<EventType, EntityType>

/** Current payload version of each type; an event of a later one is kept and not interpreted. */
export const CURRENT_VERSION: Readonly<Record<EventType, number>> = {
  SpecCreated: 1,
  WPCreated: 1,
  WPStatusChanged: 1,
  WorkspaceCreated: 1,
  SubtaskCompleted: 1,
  GateCreated: 1,
  GateResultChanged: 1,
  TagsChanged: 1,
  UsageRecorded: 1,
  NoteAdded: 1,
}

/** A map, since this is asked several times for every event: a name out of a log is slow to find among an object's keys. */
const VERSIONS: ReadonlyMap<string, number> = new Map(Object.entries(CURRENT_VERSION))

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
  /** Heads of this entity's history that the writer had seen; absent in logs written by others. */
  readonly parents?: readonly EventId[]
}

/** An envelope's keys in the order they are written. */
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
  [T in EventType]: Envelope<T, Readonly<PayloadOf[T]>, (typeof ENTITY_OF)[T]>
}[EventType]
/** An event of a plugin, of another program or of a later version: kept, ordered, not interpreted. */
export type ForeignEvent = Envelope<
  string,
  Readonly<Record<string, unknown>> & { readonly feature_slug: string }
>
export type LogEvent = KittyEvent | ForeignEvent

/** What a decider returns: no ids, clock or time, which are the store's to stamp. */
export type NewEvent<Type extends EventType = EventType> = {
  [T in Type]: {
    readonly event_type: T
    readonly event_version?: number
    readonly entity_id: string
    readonly entity_type: (typeof ENTITY_OF)[T]
    readonly payload: Readonly<PayloadOf[T]>
  }
}[Type]

/** The same for an event of a plugin. */
export interface NewPluginEvent {
  readonly event_type: `x.${string}.${string}`
  readonly event_version?: number
  readonly entity_id: string
  readonly entity_type: EntityType
  readonly payload: Readonly<Record<string, unknown>> & { readonly feature_slug: string }
}

/** True when the event's type and version are ones whose payload this library interprets. */
export function isKittyEvent(event: LogEvent): event is KittyEvent {
  return VERSIONS.get(event.event_type) === event.event_version
}

export function isEventType(type: string): type is EventType {
  return VERSIONS.has(type)
}

/** What tells one entity from another: `WP01` exists in every feature. */
export interface Located {
  readonly entity_id: string
  readonly entity_type: string
  readonly payload: { readonly feature_slug: string }
}

/** Identity of an entity as one string. Injective, since no parsed name holds a control character. */
export function entityKey(event: Located): string {
  return `${event.payload.feature_slug}\n${event.entity_type}\n${event.entity_id}`
}
