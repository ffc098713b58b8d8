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
  /** From 1; raised whenever older payloads need an upcaster to be read. */
  readonly version: number
  readonly schema: PayloadSchema<P>
  /** `upcasters[n]` takes a payload of version n to n + 1. */
  readonly upcasters?: Readonly<Record<number, Upcaster>>
}

/** An event type of a plugin's, with its payload's type. */
export interface PluginEventType<P extends Payload> extends EventTypeDefinition {
  readonly type: `x.${string}.${string}`
  /** An event to be written. About its feature unless an entity is named. */
  draft(payload: P, entity?: { readonly id: string; readonly type: EntityType }): NewPluginEvent
  /** True for an event of this type and version, which reading has brought every older one up to. */
  is(event: LogEvent): event is LogEvent & PluginEvent<P>
  /** Events of this type in causal order. */
  read(store: EventStore, filter?: Omit<EventFilter, 'type'>): Promise<PluginEvent<P>[]>
  /** Writes events of this type. @throws KittyError ValidationError when a payload does not fit the schema. */
  emit(store: EventStore, payloads: readonly P[], provenance: Provenance): Promise<readonly LogEvent[]>
}

/** Defines an event type of a plugin's own. Its name is checked when the plugin is loaded. */
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
