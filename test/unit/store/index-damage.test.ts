import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import type { NewEvent } from '../../../src/core/events-lib.js'
import { Connection } from '../../../src/core/index/sqlite/connection.js'
import { BY_ADA, inProcess } from '../../support/session.js'
import { sharedFolder, tempFolder } from '../../support/temp-folder.js'
import { TempRepository } from '../../support/temp-repository.js'
import { EventLog } from '../../../src/core/log/event-log.js'
import { Notices } from '../../../src/core/errors/notices.js'

interface Place {
  readonly root: string
  readonly db: string
}

type Damage = (place: Place) => void | Promise<void>

function bytes({ db }: Place, change: (content: Buffer) => void): void {
  const content = readFileSync(db)
  change(content)
  writeFileSync(db, content)
}

function cutTo(size: (whole: number) => number): Damage {
  return ({ db }) => truncateSync(db, size(statSync(db).size))
}

async function inDatabase(path: string, ...statements: string[]): Promise<void> {
  const connection = await Connection.open(path, existsSync(path) ? 'open' : 'create')
  for (const statement of statements) await connection.all(statement)
  await connection.close()
}

function pageOf(at: number, content: Buffer): Buffer {
  return content.subarray(at * 4096, (at + 1) * 4096)
}

/** The same places for the same seed. */
function* places(seed: number, below: number, count: number): Generator<number> {
  for (let n = 0, at = seed; n < count; n++) {
    at = (at * 1_103_515_245 + 12_345) % 2_147_483_648
    yield at % below
  }
}

const DAMAGES: Readonly<Record<string, Damage>> = {
  'it is missing': ({ db }) => rmSync(db),
  'it is cut to nothing': cutTo(() => 0),
  'it is cut to a byte': cutTo(() => 1),
  'it is cut to 50 bytes': cutTo(() => 50),
  'it is cut to a page': cutTo(() => 4096),
  'it is cut to half': cutTo((whole) => Math.floor(whole / 2)),
  'its last 100 bytes are gone': cutTo((whole) => whole - 100),
  'its header is garbage': (place) => bytes(place, (content) => content.fill('x', 0, 100)),
  'it is a text': ({ db }) => writeFileSync(db, 'not a database\n'.repeat(400)),
  'its first page is zeroed': (place) => bytes(place, (content) => pageOf(0, content).fill(0)),
  'its second page is 0xff': (place) => bytes(place, (content) => pageOf(1, content).fill(0xff)),
  'its third page is zeroed': (place) => bytes(place, (content) => pageOf(2, content).fill(0)),
  'a page in its middle is 0xff': (place) =>
    bytes(place, (content) => pageOf(Math.floor(content.length / 8192), content).fill(0xff)),
  'a state in it lost a byte': (place) =>
    bytes(place, (content) => content.fill('X', content.indexOf('"lane"'), content.indexOf('"lane"') + 1)),
  'a row of its board is another': ({ db }) =>
    inDatabase(db, "UPDATE board_row SET packed = replace(packed, 'WP01', 'WP0l')"),
  'a row of its board is two': ({ db }) =>
    inDatabase(db, "UPDATE board_row SET packed = packed || ',' || packed"),
  'it is another SQLite file': async ({ db }) => {
    rmSync(db)
    await inDatabase(db, 'CREATE TABLE recipes (name TEXT)')
  },
  'it is of an older schema': ({ db }) => inDatabase(db, 'PRAGMA user_version = 0'),
  'a table is gone': ({ db }) => inDatabase(db, 'DROP TABLE work_package'),
  'its record of the clock is no JSON': ({ db }) => inDatabase(db, "UPDATE fact SET value = '{'"),
  'a folder stands in its place': ({ db }) => {
    rmSync(db)
    mkdirSync(join(db, 'inside'), { recursive: true })
  },
  'a link to nowhere stands in its place': ({ db, root }) => {
    rmSync(db)
    symlinkSync(join(root, 'nowhere'), db)
  },
  'a link to itself stands in its place': ({ db }) => {
    rmSync(db)
    symlinkSync(db, db)
  },
  'a folder stands for its write-ahead log': ({ db }) => mkdirSync(`${db}-wal`),
  'a folder stands for its journal': ({ db }) => mkdirSync(`${db}-journal`),
  'its write-ahead log is garbage': ({ db }) => writeFileSync(`${db}-wal`, 'x'.repeat(5000)),
}

function noteOn(id: string, text: string): NewEvent<'NoteAdded'> {
  return {
    event_type: 'NoteAdded',
    entity_id: id,
    entity_type: 'WorkPackage',
    payload: { feature_slug: '001-login', text },
  }
}

function move(id: string): NewEvent<'WPStatusChanged'> {
  const payload = { feature_slug: '001-login', old_status: 'planned', new_status: 'doing' }
  return { event_type: 'WPStatusChanged', entity_id: id, entity_type: 'WorkPackage', payload }
}

/** What the store answers, and its warnings. */
async function answers(root: string): Promise<{
  events: unknown
  states: unknown
  rows: unknown
  history: unknown
  notices: readonly string[]
}> {
  const { store, service } = await inProcess({ cwd: root })
  const rows = await store.boardRows()
  const states = await store.workPackages()
  const history = await store.history('001-login', 'WP03')
  const events = await store.read()
  const notices = (await service(Notices)).all
  await store.close()
  return { events, states, rows, history, notices }
}

describe('an index that is damaged: the answers are the log’s, with one line about it at most', () => {
  let whole: string
  let expected: Awaited<ReturnType<typeof answers>>
  /** A repository with the index as it is while a writer has it open: its write-ahead log next to it. */
  let inUse: string

  const copyOf = (root: string): Place => {
    const copy = tempFolder()
    cpSync(root, copy, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true })
    return { root: copy, db: join(copy, '.kittify', 'events', 'index.db') }
  }

  beforeAll(async () => {
    const repository = new TempRepository(sharedFolder())
    repository.initKitty()
    whole = repository.root
    const { store } = await inProcess({ cwd: whole })
    const ids = Array.from({ length: 20 }, (_, n) => `WP${String(n + 1).padStart(2, '0')}`)
    await store.emit(ids.map(move), BY_ADA)
    for (let n = 0; n < 5; n++)
      await store.emit(
        ids.map((id) => noteOn(id, `note ${n} on ${id}`)),
        BY_ADA,
      )
    inUse = sharedFolder()
    cpSync(whole, inUse, { recursive: true })
    await store.close()
    expected = await answers(whole)
  }, 60_000)

  it('is whole to begin with, and then there is nothing to say', async () => {
    const again = await answers(copyOf(whole).root)
    expect(again).toEqual(expected)
    expect(expected.notices).toEqual([])
  })

  it.each([false, true])(
    'it names lines of a file that another process then puts in order: no damage, the store asks again (in a snapshot: %s)',
    async (isSnapshot) => {
      const place = copyOf(whole)
      const { store, service } = await inProcess({ cwd: place.root })
      const log = await service(EventLog)
      const read = log.readEvents.bind(log)
      vi.spyOn(log, 'readEvents').mockImplementationOnce((locations) => {
        const folder = join(place.root, '.kittify', 'events')
        for (const name of readdirSync(folder).filter((one) => one.endsWith('.jsonl'))) {
          const lines = readFileSync(join(folder, name), 'utf8').split('\n').filter(Boolean)
          writeFileSync(
            join(folder, 'new'),
            lines
              .reverse()
              .map((line) => `${line}\n`)
              .join(''),
          )
          renameSync(join(folder, 'new'), join(folder, name))
        }
        return read(locations)
      })
      const asked = (): Promise<unknown> => store.read()
      expect(await (isSnapshot ? store.snapshot(asked) : asked())).toEqual(expected.events)
      expect((await service(Notices)).all.filter((text) => text.includes('index'))).toEqual([])
      await store.close()
    },
  )

  it.each(Object.entries(DAMAGES))('%s', async (_, damage) => {
    const place = copyOf(whole)
    await damage(place)
    await sound(place)
  })

  it.each(Object.entries(DAMAGES))('%s, and several concurrent reads meet it', async (_, damage) => {
    const place = copyOf(whole)
    await damage(place)
    const { store, service } = await inProcess({ cwd: place.root })
    const [states, rows, events] = await Promise.all([store.workPackages(), store.boardRows(), store.read()])
    const notices = (await service(Notices)).all
    await store.close()
    expect({ states, rows, events }).toEqual({
      states: expected.states,
      rows: expected.rows,
      events: expected.events,
    })
    expect(notices.length, notices.join('\n')).toBeLessThanOrEqual(1)
    expect(await answers(place.root)).toEqual(expected)
  })

  it('50 bits of it are flipped, wherever they are', async () => {
    for (const seed of [1, 22, 333, 4444]) {
      const place = copyOf(whole)
      bytes(place, (content) => {
        for (const at of places(seed, content.length, 50)) content[at] = (content[at] ?? 0) ^ (1 << (at % 8))
      })
      const { states } = await answers(place.root)
      expect(states).toEqual(expected.states)
    }
  })

  it.each([
    ['is deleted', (wal: string) => rmSync(wal)],
    ['is cut to nothing', (wal: string) => truncateSync(wal, 0)],
    ['is cut in half', (wal: string) => truncateSync(wal, Math.floor(statSync(wal).size / 2))],
    ['has a page of 0xff', (wal: string) => writeFileSync(wal, readFileSync(wal).fill(0xff, 4096, 8192))],
  ])('a crashed writer’s write-ahead log %s', async (_, damage) => {
    const place = copyOf(inUse)
    expect(existsSync(`${place.db}-wal`)).toBe(true)
    damage(`${place.db}-wal`)
    await sound(place)
  })

  it('it is deleted while it is open', async () => {
    const place = copyOf(whole)
    const { store } = await inProcess({ cwd: place.root })
    await store.workPackages()
    for (const side of ['', '-wal', '-shm']) rmSync(`${place.db}${side}`, { force: true })
    expect(await store.read()).toEqual(expected.events)
    await store.emit([noteOn('WP01', 'later')], BY_ADA)
    await store.close()
    const after = await answers(place.root)
    expect(after.events).toHaveLength((expected.events as unknown[]).length + 1)
  })

  it('an older copy of it comes back', async () => {
    const place = copyOf(whole)
    copyFileSync(place.db, join(place.root, 'older.db'))
    const { store } = await inProcess({ cwd: place.root })
    await store.emit([noteOn('WP01', 'later')], BY_ADA)
    const states = await store.workPackages()
    await store.close()
    copyFileSync(join(place.root, 'older.db'), place.db)
    expect((await answers(place.root)).states).toEqual(states)
  })

  /** Answers as the whole one does, says at most one thing about it, and has nothing left to say the next time. */
  async function sound(place: Place): Promise<void> {
    const found = await answers(place.root)
    const { notices } = found
    expect({ ...found, notices: [] }).toEqual(expected)
    expect(notices.length, notices.join('\n')).toBeLessThanOrEqual(1)
    expect(await answers(place.root)).toEqual(expected)
    const left = readdirSync(join(place.root, '.kittify', 'events')).filter((name) => name.endsWith('.new'))
    expect(left).toEqual([])
  }
})
