import { expect, it } from 'vitest'
import { SqliteEventIndex } from '../../../src/core/index/sqlite/sqlite-event-index.js'
import { inProcess, project } from '../../support/kitty.js'
import { EventStore } from '../../../src/core/store/event-store.js'
import { IndexHealth } from '../../../src/core/index/index-health.js'

it("finding one package's gates does not look at every event of its feature", async () => {
  const folder = await project()
  await inProcess(folder, EventStore, (store) => store.read())
  const { result } = await inProcess(folder, IndexHealth, async (health) => {
    const index = await health.current()
    if (!(index instanceof SqliteEventIndex)) throw new Error('there is no index in SQLite here')
    return index.sql<{ detail: string }>(
      `EXPLAIN QUERY PLAN SELECT entity_id FROM event
       WHERE feature_slug = ?1 AND event_type = 'GateCreated' AND work_package_id = ?2`,
      ['001-login', 'WP01'],
    )
  })
  expect(result.map((step) => step.detail)).toEqual([
    expect.stringContaining('event_gate (feature_slug=? AND work_package_id=?)'),
  ])
})
