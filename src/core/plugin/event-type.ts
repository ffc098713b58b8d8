import type {
  EntityType,
  Envelope,
  EventTypeDefinition,
  LogEvent,
  NewPluginEvent,
  PayloadSchema,
  Upcaster,
} from '../events-lib.js'
import type { EventFilter } from '../index/event-index.js'
import type { EventStore, Provenance } from '../store/event-store.js'

type Payload = { readonly feature_slug: string }

export type PluginEvent<P> = Envelope<string, P>

export interface EventTypeOptions<P extends Payload> {
  /** `x.<plugin>.<Name>`. */
  readonly type: `x.${string}.${string}`
  /** Starts at 1. Raise it whenever older payloads need an upcaster to be read. */
  readonly version: number
  readonly schema: PayloadSchema<P>
  /** `upcasters[n]` turns a payload of version n into one of version n + 1. */
  readonly upcasters?: Readonly<Record<number, Upcaster>>
}

/** One of a plugin's event types, with the type of its payload. */
export interface PluginEventType<P extends Payload> extends EventTypeDefinition {
  readonly type: `x.${string}.${string}`
  /** Creates an event to be written. It is about its feature unless an entity is given. */
  draft(payload: P, entity?: { readonly id: string; readonly type: EntityType }): NewPluginEvent
  /** True for an event of this type at the current version. Reading upcasts older events to it. */
  is(event: LogEvent): event is LogEvent & PluginEvent<P>
  /** Reads events of this type in causal order. */
  read(store: EventStore, filter?: Omit<EventFilter, 'type'>): Promise<PluginEvent<P>[]>
  /** Appends events of this type. @throws KittyError ValidationError if a payload does not match the schema */
  emit(store: EventStore, payloads: readonly P[], provenance: Provenance): Promise<readonly LogEvent[]>
}

/** Defines one of a plugin's own event types. Its name is checked when the plugin is loaded. */
export function defineEventType<P extends Payload>({
  type,
  version,
  schema,
  upcasters,
}: EventTypeOptions<P>): PluginEventType<P> {
  const is = (event: LogEvent): event is LogEvent & PluginEvent<P> =>
    event.event_type === type && event.event_version === version
  const draft: PluginEventType<P>['draft'] = (payload, entity) => ({
    event_type: type,
    event_version: version,
    entity_id: entity?.id ?? payload.feature_slug,
    entity_type: entity?.type ?? 'FeatureSpec',
    payload: { ...payload },
  })
  return {
    type,
    version,
    schema,
    ...(upcasters !== undefined && { upcasters }),
    draft,
    is,
    read: async (store, filter = {}) => (await store.read({ ...filter, type })).filter(is),
    emit: (store, payloads, provenance) =>
      store.emit(
        payloads.map((payload) => draft(payload)),
        provenance,
      ),
  }
}
