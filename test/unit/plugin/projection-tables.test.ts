import 'reflect-metadata'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { IndexHealth } from '../../../src/core/index/index-health.js'
import { openRepository } from '../../../src/core/plugin/open-repository.js'
import { MemoryEventIndex } from '../../../src/core/index/memory-event-index.js'
import {
  defineTableProjection,
  ProjectionTables,
  type TableProjection,
  type TableRows,
} from '../../../src/core/plugin/table-projection.js'
import { TemporaryWorkspace } from '../../../src/core/plugin/testing/temporary-workspace.js'
import { Column, Entity, Index, PrimaryColumn } from '../../../src/entities/decorators.js'

@Entity({ name: 'x_tally_seen', withoutRowid: true })
@Index('x_tally_seen_place', ['place'])
class Seen {
  @PrimaryColumn({ type: 'text' })
  event_id!: string

  @Column({ type: 'integer' })
  place!: number
}

/** Numbers the events in the order in which it gets them. */
function tally({
  version = 1,
  name = 'tally.seen',
  entities = [Seen],
  apply,
}: Partial<TableProjection> = {}): TableProjection & { readonly batches: string[][] } {
  const batches: string[][] = []
  return {
    batches,
    ...defineTableProjection({
      name,
      version,
      entities,
      apply:
        apply ??
        (async (rows, events) => {
          batches.push(events.map(({ event_id }) => event_id))
          const before = await rows.count(Seen)
          await rows.insert(
            Seen,
            events.map(({ event_id }, at) => ({ event_id, place: before + at })),
          )
        }),
    }),
  }
}

const inOrder = async (rows: TableRows): Promise<string[]> =>
  (await rows.find(Seen, { order: { place: 'ASC' } })).map(({ event_id }) => event_id)

describe("a plugin's tables in the index", () => {
  let workspace: TemporaryWorkspace
  const note = (text: string) => ({
    event_type: 'NoteAdded' as const,
    entity_id: 'WP01',
    entity_type: 'WorkPackage' as const,
    payload: { feature_slug: '001-x', text },
  })
  const read = async (projection: TableProjection): Promise<string[]> =>
    (await workspace.service(ProjectionTables)).read(projection, inOrder)
  const logged = async (): Promise<string[]> =>
    (await (await workspace.store).read()).map(({ event_id }) => event_id)

  beforeEach(async () => {
    workspace = await TemporaryWorkspace.create()
    await workspace.feature('001-x', { WP01: {} })
  })
  afterEach(() => workspace.dispose())

  it('hold the whole log in causal order, and get only the new events the next time', async () => {
    const projection = tally()
    expect(await read(projection)).toEqual(await logged())
    const [event] = await workspace.emit(note('late'))
    expect(await read(projection)).toEqual(await logged())
    expect(projection.batches.at(-1)).toEqual([event?.event_id])
    await read(projection)
    expect(projection.batches).toHaveLength(2)
  })

  it('are filled again after the index was rebuilt', async () => {
    const projection = tally()
    await read(projection)
    await (await workspace.service(IndexHealth)).rebuild()
    expect(await read(projection)).toEqual(await logged())
    expect(projection.batches).toHaveLength(2)
  })

  it('are filled again after the index was deleted', async () => {
    const projection = tally()
    await read(projection)
    await (await workspace.store).close()
    for (const end of ['', '-wal', '-shm'])
      rmSync(join(workspace.root, `.kittify/events/index.db${end}`), { force: true })
    const next = await openRepository({ folder: workspace.root })
    const rows = await (await next.service(ProjectionTables)).read(projection, inOrder)
    expect(rows).toEqual(await logged())
    await next.close()
    expect(projection.batches).toHaveLength(2)
  })

  it('are filled again when a merge brings events from before their last one', async () => {
    const projection = tally()
    await workspace.emit(note('a'), note('b'))
    await read(projection)
    const [first = ''] = readFileSync(dayFile(), 'utf8').split('\n')
    const merged = { ...(JSON.parse(first) as object), event_id: '01ARZ3NDEKTSV4RRFFQ69G5FAV' }
    writeFileSync(
      join(workspace.root, '.kittify/events/2020-01-01.jsonl'),
      `${JSON.stringify({ ...merged, timestamp: '2020-01-01T00:00:00.000Z' })}\n`,
    )
    expect(await read(projection)).toEqual(await logged())
    expect(projection.batches).toHaveLength(2)
  })

  it('are filled again for another version, and for other columns', async () => {
    await read(tally())
    const next = tally({ version: 2 })
    expect(await read(next)).toEqual(await logged())
    expect(next.batches).toHaveLength(1)
  })

  it('stay as they were when the projection fails half way', async () => {
    const projection = tally()
    const before = await read(projection)
    await workspace.emit(note('late'))
    const failing = tally({
      apply: async (rows, events) => {
        await rows.query('DELETE FROM x_tally_seen')
        throw new Error(`no room for ${events.length}`)
      },
    })
    await expect(read(failing)).rejects.toThrow('no room for 1')
    expect((await read(projection)).slice(0, before.length)).toEqual(before)
  })

  it('report faulty SQL as it is, and the index is kept', async () => {
    const projection = tally()
    await read(projection)
    const tables = await workspace.service(ProjectionTables)
    await expect(tables.read(projection, (rows) => rows.query('SELECT nonsense'))).rejects.toThrow(/nonsense/)
    await read(projection)
    expect(projection.batches).toHaveLength(1)
  })

  it('are refused under a name that is not of the plugin', async () => {
    await expect(read(tally({ name: 'other.seen' }))).rejects.toThrow('must be named x_other_')
    await expect(read(tally({ name: 'nameless' }))).rejects.toThrow('<plugin>.<name>')
  })

  it('are refused with a quotation mark in the name, and the index is not built again', async () => {
    class Odd {
      id!: string
    }
    PrimaryColumn({ type: 'text' })(Odd.prototype, 'id')
    Entity({ name: 'x_tally_"a; DROP TABLE event; --' })(Odd)
    await read(tally())
    const health = await workspace.service(IndexHealth)
    const rebuilt = vi.spyOn(health, 'recover')
    await expect(read(tally({ entities: [Odd] }))).rejects.toThrow('must be named without "')
    expect(rebuilt).not.toHaveBeenCalled()
  })

  it('say what to do where there is no SQLite', async () => {
    const health = await workspace.service(IndexHealth)
    const memory = new MemoryEventIndex({})
    health.current = () => Promise.resolve(memory)
    await expect(read(tally())).rejects.toMatchObject({ kind: 'MissingDependency' })
  })

  function dayFile(): string {
    const today = new Date().toISOString().slice(0, 10)
    return join(workspace.root, `.kittify/events/${today}.jsonl`)
  }
})
