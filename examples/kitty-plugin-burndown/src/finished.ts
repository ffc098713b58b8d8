import { defineTableProjection, isKittyEvent } from 'kittify/plugin/define'
import { FinishedRow } from './finished-row.js'

/** Which packages are done, since when, and by whom: a projection in a table of its own. */
export const finished = defineTableProjection({
  name: 'burndown.finished',
  version: 1,
  entities: [FinishedRow],
  async apply(rows, events) {
    for (const event of events) {
      if (!isKittyEvent(event) || event.event_type !== 'WPStatusChanged') continue
      const key = { feature_slug: event.payload.feature_slug, work_package_id: event.entity_id }
      if (event.payload.new_status === 'done')
        await rows.upsert(
          FinishedRow,
          [{ ...key, day: event.timestamp.slice(0, 10), actor: event.actor }],
          ['feature_slug', 'work_package_id'],
        )
      else await rows.delete(FinishedRow, key)
    }
  },
})
