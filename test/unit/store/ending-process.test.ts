import { statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { NewEvent } from '../../../src/core/events-lib.js'
import { BY_ADA, inProcess } from '../../support/session.js'
import { TempRepository } from '../../support/temp-repository.js'
import { Notices } from '../../../src/core/errors/notices.js'

const PROCESSES = 40

describe('a store that is closed where its process ends', () => {
  it('leaves what SQLite has yet to move into the index’s file, and the next one answers from there', async () => {
    const cwd = repository()
    await emitAndEnd(cwd, 'first')
    expect(unmoved(cwd)).toBeGreaterThan(0)

    const { store, service } = await inProcess({ cwd })
    expect((await store.read()).map((event) => event.payload)).toMatchObject([{ text: 'first' }])
    expect((await service(Notices)).all).toEqual([])
    await store.close()
  })

  it('leaves no more in the write-ahead log than the next one reads within a millisecond, however many end so', async () => {
    const cwd = repository()
    for (let nth = 0; nth < PROCESSES; nth += 1) await emitAndEnd(cwd, `note ${nth}`)
    expect(unmoved(cwd)).toBeLessThan(1_200_000)
  })

  it('closes it where the process goes on: nothing is left next to the index', async () => {
    const cwd = repository()
    const { store } = await inProcess({ cwd })
    await store.emit([note('kept')], BY_ADA)
    await store.close(true)
    expect(unmoved(cwd)).toBe(0)
  })
})

function repository(): string {
  const made = new TempRepository()
  made.initKitty()
  return made.root
}

async function emitAndEnd(cwd: string, text: string): Promise<void> {
  const { store } = await inProcess({ cwd, endsWithCommand: true })
  await store.emit([note(text)], BY_ADA)
  await store.close(true)
}

function note(text: string): NewEvent<'NoteAdded'> {
  return {
    event_type: 'NoteAdded',
    entity_id: 'WP01',
    entity_type: 'WorkPackage',
    payload: { feature_slug: '001-login', text },
  }
}

/** Bytes of SQLite's write-ahead log. */
function unmoved(cwd: string): number {
  const file = join(cwd, '.kittify', 'events', 'index.db-wal')
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0
}
