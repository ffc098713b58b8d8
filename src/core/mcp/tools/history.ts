import { renderEvents } from '../../cli/render/tables.js'
import { FollowEvents } from '../../follow/follow-events.js'
import { EventQueries } from '../../services/events/event-queries.js'
import { EventStore } from '../../store/event-store.js'
import { COUNT, PLAIN, TEXT, type Tool } from '../tool.js'

const SHOWN = 20

export const history: Tool = {
  description: 'Events, newest 20 by default. after: what arrived since that event id; pass next_after on.',
  properties: { wp: TEXT, feature: TEXT, after: TEXT, actor: TEXT, limit: COUNT },
  readOnly: true,
  streams: true,
  async answer({ services, scope, input }) {
    const limit = input.number('limit', 1) ?? SHOWN
    const after = input.optional('after')
    const queries = await services.resolve(EventQueries)
    const [entity, feature, actor] = [
      input.optional('wp'),
      input.optional('feature'),
      input.optional('actor'),
    ]
    const filter = await queries.filter(scope, { entity, feature, actor })
    const store = await services.resolve(EventStore)
    const events =
      after === undefined
        ? await queries.list(store, { ...filter, limit })
        : await (await services.resolve(FollowEvents)).arrivedAfter(after, filter, limit)
    const next_after = events.at(-1)?.event_id ?? after ?? null
    const text = events.length === 0 ? 'No events.' : renderEvents(events, PLAIN, true)
    return { document: { events, count: events.length, next_after }, text }
  },
}
