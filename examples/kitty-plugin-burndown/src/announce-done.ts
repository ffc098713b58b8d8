import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { type AfterEventsHook, isKittyEvent } from 'kittify/plugin/define'

/** Tells the programs that watch the file that KITTY_BURNDOWN_NEWS names, at the repository's top, what was finished. */
export const announceDone: AfterEventsHook = {
  name: 'announce-done',
  handle(events, { root }) {
    const news = process.env['KITTY_BURNDOWN_NEWS']
    if (news === undefined || news === '') return
    for (const event of events) {
      if (
        isKittyEvent(event) &&
        event.event_type === 'WPStatusChanged' &&
        event.payload.new_status === 'done'
      )
        appendFileSync(join(root, news), `${event.entity_id} of ${event.payload.feature_slug} is done\n`)
    }
  },
}
