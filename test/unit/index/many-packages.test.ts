import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { WorkPackageState } from '../../../src/core/events-lib.js'
import { catchUp } from '../../../src/core/index/ingest/catch-up.js'
import { MemoryEventIndex } from '../../../src/core/index/memory-event-index.js'
import { JsonlEventLog } from '../../../src/core/log/jsonl-event-log.js'
import { FileJournal } from '../../../src/core/log/repair/file-journal.js'
import { noteLine } from '../../support/events.js'
import { tempFolder } from '../../support/temp-folder.js'

/** Remembers how many states each batch had. */
class CountingIndex extends MemoryEventIndex {
  readonly portions: number[] = []

  override putWorkPackages(states: readonly WorkPackageState[]): Promise<void> {
    this.portions.push(states.length)
    return super.putWorkPackages(states)
  }
}

describe('a catch-up that touches thousands of packages', () => {
  it('hands their states over in portions, those that it folds again too', async () => {
    const root = tempFolder()
    const place = { eventsDir: join(root, 'events'), errorsDir: join(root, 'errors') }
    const log = new JsonlEventLog(place, new FileJournal(join(root, 'journal')))
    const index = new CountingIndex()
    const packages = 600
    const line = (n: number): string =>
      noteLine(n).replace('"entity_id":"WP01"', `"entity_id":"WP${1000 + (n % packages)}"`)
    const append = (from: number, to: number): void => {
      const lines = Array.from({ length: to - from }, (_, at) => line(from + at))
      mkdirSync(place.eventsDir, { recursive: true })
      writeFileSync(join(place.eventsDir, '2026-11-22.jsonl'), lines.join(''), { flag: 'a' })
    }
    append(1, packages + 1)
    await catchUp(log, index)
    append(packages + 1, 2 * packages + 1)
    await catchUp(log, index)
    // Their clocks come before what is there: every state is folded again.
    append(1 + 3 * packages, 1 + 4 * packages)
    append(1 + 2 * packages, 1 + 3 * packages)
    await catchUp(log, index)
    expect(Math.max(...index.portions)).toBeLessThanOrEqual(500)
    const states = await index.workPackages()
    expect(states).toHaveLength(packages)
    for (const { notes } of states) expect(notes).toBe(4)
  })
})
