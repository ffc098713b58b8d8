import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { dayFiles, loggedEvents } from '../support/log-files.js'
import { preparedRepository } from '../support/prepared-repository.js'
import { kitty } from '../support/program.js'
import { BY_ADA, inProcess } from '../support/session.js'
import { TempRepository } from '../support/temp-repository.js'

const NOTE = {
  event_type: 'NoteAdded' as const,
  entity_id: 'WP01',
  entity_type: 'WorkPackage' as const,
  payload: { feature_slug: '001-login', text: 'late' },
}

describe('midnight', () => {
  it.each([
    ['a millisecond before', '2026-03-08T23:59:59.999Z', '2026-03-08.jsonl'],
    ['at midnight', '2026-03-09T00:00:00.000Z', '2026-03-09.jsonl'],
  ])('an event of %s goes into the file of its own UTC day', async (_, time, name) => {
    const repository = initialised()
    const { store } = await inProcess({ cwd: repository.root, now: () => new Date(time) })
    await store.emit([NOTE], BY_ADA)
    await store.close()
    expect(dayFiles(repository.root)).toEqual([name])
  })

  it('an event stamped before midnight and written after it goes into the day of its stamp', async () => {
    const repository = initialised()
    let time = '2026-03-08T23:59:59.999Z'
    const onStamp = (): void => void (time = '2026-03-09T00:00:00.004Z')
    const { store } = await inProcess({ cwd: repository.root, now: () => new Date(time), onStamp })
    await store.emit([NOTE, { ...NOTE, entity_id: 'WP02' }], BY_ADA)
    await store.emit([NOTE], BY_ADA)
    await store.close()
    const lines = (day: string): number =>
      readFileSync(join(repository.root, '.kittify', 'events', `${day}.jsonl`), 'utf8')
        .trim()
        .split('\n').length
    expect(dayFiles(repository.root)).toEqual(['2026-03-08.jsonl', '2026-03-09.jsonl'])
    expect([lines('2026-03-08'), lines('2026-03-09')]).toEqual([2, 1])
  })

  it.each(['Pacific/Kiritimati', 'Etc/GMT+12'])(
    'the day is UTC for a program that runs in %s',
    async (zone) => {
      const { root } = await preparedRepository()
      const moved = await kitty(
        { cwd: root, env: { TZ: zone } },
        'agent',
        'tasks',
        'move-task',
        'WP01',
        '--to',
        'doing',
      )
      expect(moved.code).toBe(0)
      const last = loggedEvents(root).at(-1)
      expect(dayFiles(root).at(-1)).toBe(`${last?.timestamp.slice(0, 10) ?? ''}.jsonl`)
    },
  )
})

function initialised(): TempRepository {
  const repository = new TempRepository()
  repository.initKitty()
  return repository
}
