import { readdirSync, rmSync, statSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { EventStore } from '../../../src/core/store/event-store.js'
import { bring } from '../../support/bring.js'
import { Project } from '../../support/project.js'
import { gitIn } from '../../support/temp-repository.js'

/** Enough for several times what the journal holds. */
const ITEMS = 500

/** A repository right after an import of many items. */
async function imported(): Promise<{ project: Project; events: number }> {
  const project = new Project()
  const item = (n: number): string =>
    JSON.stringify({
      id: `bd-${n}`,
      title: `Item ${n} ${'x'.repeat(400)}`,
      created_at: '2024-05-01T10:00:00Z',
    })
  project.write('issues.jsonl', Array.from({ length: ITEMS }, (_, n) => item(n)).join('\n'))
  const { events } = await project.use((services) =>
    bring(services, 'beads', 'issues.jsonl', { source: 's' }),
  )
  return { project, events }
}

const count = (project: Project): Promise<number> =>
  project.use(async (services) => (await services.get(EventStore)).count())

describe('an import of many items', () => {
  it('leaves a short journal: the next command reads it whole', async () => {
    const { project } = await imported()
    expect(statSync(project.path('.git/kitty/journal.jsonl')).size).toBeLessThanOrEqual(256 * 1024)
    const archived = readdirSync(project.path('.git/kitty/events')).filter((name) => name.endsWith('.jsonl'))
    expect(archived).toHaveLength(1)
  })

  it.each(['before the next command', 'after it'])(
    'gets its events back when git takes them away %s',
    async (when) => {
      const { project, events } = await imported()
      if (when === 'after it') expect(await count(project)).toBe(events)
      for (const name of readdirSync(project.path('.kittify/events')))
        if (name.endsWith('.jsonl')) rmSync(project.path('.kittify/events', name))
      expect(await count(project)).toBe(events)
      expect(gitIn(project.root, 'status', '--porcelain', '--', '.kittify/events')).not.toBe('')
    },
  )

  it('gets back what git takes away of it after another write of the same process', async () => {
    const { project, events } = await imported()
    await project.use(async (services) => {
      const store = await services.get(EventStore)
      await bring(services, 'beads', 'issues.jsonl', { source: 't' })
      await store.emit(
        [
          {
            entity_type: 'WorkPackage',
            entity_id: 'WP01',
            event_type: 'NoteAdded',
            payload: { feature_slug: '001-bd', text: 'right after it' },
          },
        ],
        { actor: 'ada', causationId: null, correlationId: null },
      )
    })
    for (const name of readdirSync(project.path('.kittify/events')))
      if (name.startsWith('2024')) rmSync(project.path('.kittify/events', name))
    expect(await count(project)).toBeGreaterThan(2 * events)
  })
})
