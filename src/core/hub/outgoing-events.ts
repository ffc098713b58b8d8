import { inject, injectable } from 'inversify'
import { encodeEvent, type LogEvent } from '../events-lib.js'
import type { Outgoing } from './hub.js'
import { LocalEvents } from './local-events.js'
import { featureStream, streamOf } from './streams.js'

/** Finds the streams of events: those they go to, and those that decide about them. */
@injectable()
export class OutgoingEvents {
  constructor(@inject(LocalEvents) private readonly local: LocalEvents) {}

  async of(events: readonly LogEvent[]): Promise<Outgoing[]> {
    return Promise.all(
      events.map(async (event) => ({
        event_id: event.event_id,
        stream: await this.stream(event),
        day: event.timestamp.slice(0, 10),
        line: Buffer.from(encodeEvent(event)).subarray(0, -1),
      })),
    )
  }

  async stream(event: LogEvent): Promise<string> {
    const isGate = event.entity_type === 'Gate'
    return streamOf(
      event,
      isGate ? await this.local.gateOwner(event.payload.feature_slug, event.entity_id) : undefined,
    )
  }

  /** The streams that decide about these events: their own, their features', and those they depend on. */
  async decisive(events: readonly LogEvent[], outgoing: readonly Outgoing[]): Promise<string[]> {
    const streams = new Set(outgoing.map(({ stream }) => stream))
    for (const { payload, entity_type, entity_id } of events) {
      const feature = featureStream(payload.feature_slug)
      streams.add(feature)
      if (entity_type !== 'WorkPackage') continue
      for (const id of await this.local.dependencies(payload.feature_slug, entity_id))
        streams.add(`${feature}/${id}`)
    }
    return [...streams]
  }
}
