import type { EventIndex } from '../../index/event-index.js'
import { byHand, some, type Verdict } from './check.js'
import { counted } from '../../errors/counted.js'

/**
 * Names lines of the log that the hub refuses for good: their writer gave them up, so other clones decided without them.
 * @param ids what the hub has refused @returns undefined if the log has none of them
 */
export async function voidVerdict(ids: ReadonlySet<string>, index: EventIndex): Promise<Verdict | undefined> {
  const rows = ids.size === 0 ? [] : await index.rows([...ids])
  if (rows.length === 0) return undefined
  const names = some(rows.map(({ event_id }) => event_id))
  const has = rows.length === 1 ? 'is' : 'are'
  return byHand(
    `${counted(rows.length, 'event')} of this log ${has} void on the hub, and not offered again: ${names}. Clones that get it by git only may disagree with the others`,
    'kitty show PACKAGE says what it is about; write what should count again, such as a note or a move.',
  )
}
