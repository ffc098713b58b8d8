import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import type { NewEvent } from '../../../src/core/events-lib.js'
import { BY_ADA, inProcess, type InProcess } from '../../support/session.js'
import { loggedEvents } from '../../support/log-files.js'
import { rejectionOf } from '../../support/kitty-error.js'
import { TempRepository } from '../../support/temp-repository.js'
import { changedPaths, treeOf } from '../../support/tree.js'
import { Notices } from '../../../src/core/errors/notices.js'

const NOW = '2026-11-22T12:00:00.000Z'

function noteOn(id: string, text = 'a note'): NewEvent<'NoteAdded'> {
  return {
    event_type: 'NoteAdded',
    entity_id: id,
    entity_type: 'WorkPackage',
    payload: { feature_slug: '001-login', text },
  }
}

describe('the event store', () => {
  let repository: TempRepository
  const open = (now = NOW): Promise<InProcess> =>
    inProcess({ cwd: repository.root, now: () => new Date(now) })

  beforeEach(() => {
    repository = new TempRepository()
    repository.initKitty()
  })

  it('names every head of a history that two had written at once, and so joins it again', async () => {
    const { store } = await open()
    const [base] = await store.emit([noteOn('WP01')], BY_ADA)
    const file = join(repository.root, '.kittify', 'events', '2026-11-22.jsonl')
    const theirs = {
      ...loggedEvents(repository.root)[0],
      event_id: '01HZZZZZZZZZZZZZZZZZZZZZZA',
      lamport_clock: 2,
      parents: [base?.event_id],
    }
    const ours = { ...theirs, event_id: '01HZZZZZZZZZZZZZZZZZZZZZZB' }
    writeFileSync(file, `${readFileSync(file, 'utf8')}${JSON.stringify(theirs)}\n${JSON.stringify(ours)}\n`)
    const [joined] = await store.emit([noteOn('WP01')], BY_ADA)
    expect([joined?.lamport_clock, [...(joined?.parents ?? [])].sort()]).toEqual([
      3,
      [theirs.event_id, ours.event_id],
    ])
    await store.close()
  })

  it('takes the clock from the log where clock.json is behind it, and from clock.json as far as this clone has issued', async () => {
    const clock = join(repository.root, '.kittify', 'clock.json')
    const { store } = await open()
    await store.emit([noteOn('WP01')], BY_ADA)
    writeFileSync(clock, '{"value": 1, "last_updated": "2026-11-22T00:00:00.000Z"}')
    expect((await store.emit([noteOn('WP01')], BY_ADA))[0]?.lamport_clock).toBe(2)
    writeFileSync(clock, '{"value": 40, "last_updated": "2026-11-22T00:00:00.000Z"}')
    // Git carried this file: no one here has issued 39.
    expect((await store.emit([noteOn('WP01')], BY_ADA))[0]?.lamport_clock).toBe(3)
    await store.close()
    writeFileSync(clock, '{"value": 40, "last_updated": "2026-11-22T00:00:00.000Z"}')
    writeFileSync(join(repository.root, '.git', 'kitty', 'clock'), '40\n')
    const { store: later } = await open()
    expect((await later.emit([noteOn('WP01')], BY_ADA))[0]?.lamport_clock).toBe(40)
    await later.close()
    expect(JSON.parse(readFileSync(clock, 'utf8'))).toMatchObject({ value: 41 })
  })

  it.each([
    '',
    '\0\0\0',
    '{',
    '{"value": -3}',
    '{"value": 1.5}',
    '{"value": "7"}',
    '{"value": 9007199254740992}',
  ])('takes the clock from the log where clock.json holds %j, and says so once', async (text) => {
    const first = await open()
    await first.store.emit([noteOn('WP01')], BY_ADA)
    await first.store.close()
    writeFileSync(join(repository.root, '.kittify', 'clock.json'), text)
    const { store, service } = await open()
    expect((await store.emit([noteOn('WP01')], BY_ADA))[0]?.lamport_clock).toBe(2)
    expect((await service(Notices)).all.filter((notice) => notice.includes('clock'))).toHaveLength(1)
    await store.close()
  })

  it('refuses an event that is not valid before anything is written', async () => {
    const { store } = await open()
    await store.emit([noteOn('WP01')], BY_ADA)
    const before = treeOf(repository.root)
    const unknown = { ...noteOn('WP01'), event_type: 'Surprise' } as unknown as NewEvent // what a plugin may pass
    const oversized = noteOn('WP01', 'x'.repeat(300 * 1024))
    for (const drafts of [[noteOn('WP01'), unknown], [oversized], [noteOn('__proto__')]])
      expect((await rejectionOf(store.emit(drafts, BY_ADA))).kind).toBe('ValidationError')
    expect(changedPaths(before, treeOf(repository.root))).toEqual([])
    await store.close()
  })
})
