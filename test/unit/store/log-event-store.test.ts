import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { NewEvent } from '../../../src/core/events-lib.js'
import { BY_ADA, inProcess, type InProcess } from '../../support/session.js'
import { FOREIGN_IDS } from '../../support/events.js'
import { loggedEvents } from '../../support/log-files.js'
import { rejectionOf } from '../../support/kitty-error.js'
import { TempRepository } from '../../support/temp-repository.js'
import { changedPaths, treeOf } from '../../support/tree.js'
import { Notices } from '../../../src/core/errors/notices.js'
import { EventLog } from '../../../src/core/log/event-log.js'
import { IndexUnusable } from '../../../src/core/index/index-unusable.js'
import { IndexHealth } from '../../../src/core/index/index-health.js'

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

  it('names every head of a history with two concurrent writers, and so joins it again', async () => {
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

  it.each(FOREIGN_IDS)(
    'names a head that another program has called %s, and goes on from there',
    async (id) => {
      const { store } = await open()
      const [base] = await store.emit([noteOn('WP01')], BY_ADA)
      const file = join(repository.root, '.kittify', 'events', '2026-11-22.jsonl')
      const theirs = { ...loggedEvents(repository.root)[0], event_id: id, lamport_clock: 2, parents: [] }
      appendFileSync(file, `${JSON.stringify(theirs)}\n`)
      const [joined] = await store.emit([noteOn('WP01')], BY_ADA)
      expect(joined?.parents).toEqual(expect.arrayContaining([base?.event_id, id]))
      const [next] = await store.emit([noteOn('WP01')], BY_ADA)
      expect(next?.parents).toEqual([joined?.event_id])
      await store.close()
    },
  )

  const clockFile = (): string => join(repository.root, '.kittify', 'clock.json')
  const memory = (): string => join(repository.root, '.git', 'kitty', 'clock')
  const clockOf = async ({ store }: InProcess): Promise<number | undefined> =>
    (await store.emit([noteOn('WP01')], BY_ADA))[0]?.lamport_clock

  it('takes the clock from the log and from what this clone has issued, and never from clock.json', async () => {
    const first = await open()
    expect(await clockOf(first)).toBe(1)
    writeFileSync(clockFile(), '{"value": 1, "last_updated": "2026-11-22T00:00:00.000Z"}')
    expect(await clockOf(first)).toBe(2)
    writeFileSync(clockFile(), '{"value": 40, "last_updated": "2026-11-22T00:00:00.000Z"}')
    // Git carried this file: no one here has issued 39.
    expect(await clockOf(first)).toBe(3)
    await first.store.close()
    writeFileSync(memory(), '40\n')
    const later = await open()
    expect(await clockOf(later)).toBe(40)
    await later.store.close()
    expect(JSON.parse(readFileSync(clockFile(), 'utf8'))).toMatchObject({ value: 41 })
  })

  it.each([
    ['missing', () => rmSync(clockFile())],
    ['damaged', () => writeFileSync(clockFile(), '{')],
    ['behind', () => writeFileSync(clockFile(), '{"value": 1}')],
  ])('goes on from what this clone has issued where clock.json is %s', async (_, damage) => {
    const first = await open()
    await clockOf(first)
    await first.store.close()
    writeFileSync(memory(), '40\n')
    damage()
    const later = await open()
    expect(await clockOf(later)).toBe(40)
    await later.store.close()
  })

  it.each([1, 3])('has remembered event %i of a process before the log has it', async (which) => {
    const one = await open()
    for (let at = 1; at < which; at += 1) await clockOf(one)
    const log = await one.service(EventLog)
    let remembered = ''
    const append = vi.spyOn(log, 'append').mockImplementation(() => {
      remembered = readFileSync(memory(), 'utf8')
      throw new Error('killed')
    })
    await expect(clockOf(one)).rejects.toThrow('killed')
    append.mockRestore()
    await one.store.close()
    expect(Number(remembered)).toBe(which + 1)
    const later = await open()
    expect(await clockOf(later)).toBe(which + 1)
    await later.store.close()
  })

  it.each(['busy', 'unavailable', 'damaged'] as const)(
    'knows the whole log where the index turns out to be %s while the lock is held',
    async (reason) => {
      const { store, service } = await open()
      const before = await store.emit([noteOn('WP01'), noteOn('WP01'), noteOn('WP02')], BY_ADA)
      const health = await service(IndexHealth)
      const emitted = await store.exclusively('a test', async () => {
        await health.recover(new IndexUnusable(reason, 'for a test'))
        expect(await store.count()).toBe(3)
        expect((await store.workPackages('001-login')).map((one) => one.work_package_id)).toEqual([
          'WP01',
          'WP02',
        ])
        await health.recover(new IndexUnusable(reason, 'for a test'))
        const first = await store.emit([noteOn('WP01')], BY_ADA)
        await health.recover(new IndexUnusable(reason, 'for a test'))
        return [...first, ...(await store.emit([noteOn('WP01')], BY_ADA))]
      })
      expect(emitted.map((event) => [event.lamport_clock, event.parents])).toEqual([
        [4, [before[1]?.event_id]],
        [5, [emitted[0]?.event_id]],
      ])
      expect(await store.count()).toBe(5)
      await store.close()
    },
  )

  it('takes the clock from the log where what it remembers cannot be, says so once, and remembers again', async () => {
    const first = await open()
    await clockOf(first)
    await first.store.close()
    writeFileSync(memory(), '9000000\n')
    for (const [value, warnings] of [
      [2, 1],
      [3, 0],
    ] as const) {
      const later = await open()
      expect(await clockOf(later)).toBe(value)
      expect((await later.service(Notices)).all.filter((text) => text.includes('clock'))).toHaveLength(
        warnings,
      )
      await later.store.close()
    }
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
