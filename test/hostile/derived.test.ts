import 'reflect-metadata'
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Connection } from '../../src/core/index/sqlite/connection.js'
import { openRepository } from '../../src/core/plugin/open-repository.js'
import { defineTableProjection, ProjectionTables } from '../../src/core/plugin/table-projection.js'
import { Entity, PrimaryColumn } from '../../src/entities/decorators.js'
import { expectBounded, type RunOptions, type Run, Victim } from './support/victim.js'

const INDEX = '.kittify/events/index.db'

/** Changes the index behind kitty's back, with SQL. */
async function alter(path: string, ...statements: readonly string[]): Promise<void> {
  const connection = await Connection.open(path, 'open')
  for (const sql of statements) await connection.run(sql)
  await connection.close()
}

/** An index that says WP01 is done, with everything that its own build put into it. */
async function forged(): Promise<string> {
  const mallory = await Victim.make()
  await mallory.done('agent', 'tasks', 'move-task', 'WP01', '--to', 'done', '--force', '--reason', 'x')
  return mallory.path(INDEX)
}

const identity = (path: string): string => `${statSync(path).ino} ${statSync(path).mtimeMs}`

describe('an index that git brings', () => {
  it('in a clone: the board is the log’s, after one rebuild', async () => {
    const mallory = await Victim.make()
    cpSync(await forged(), mallory.path(INDEX))
    mallory.git('add', '--force', INDEX)
    mallory.commitAll()
    const victim = await Victim.make()
    rmSync(victim.root, { recursive: true })
    execFileSync('git', ['clone', '--quiet', mallory.root, victim.root])
    expect(await victim.lanes()).toEqual({ WP01: 'planned', WP02: 'planned', WP03: 'planned' })
    const built = identity(victim.path(INDEX))
    expect(await victim.lanes()).toMatchObject({ WP01: 'planned' })
    expect(identity(victim.path(INDEX))).toBe(built)
    await victim.done('move', 'WP01', 'doing')
    expect(victim.log()).not.toContain('all_complete')
  })

  it('in a branch merged over a good one: the board is the log’s, after one rebuild', async () => {
    const victim = await Victim.make()
    const bytes = readFileSync(await forged())
    victim.git('switch', '--quiet', '--create', 'theirs')
    writeFileSync(victim.path(INDEX), bytes)
    victim.git('add', '--force', INDEX)
    victim.commitAll()
    // Git would not overwrite a file that it ignores and did not write.
    victim.git('switch', '--quiet', 'main')
    await victim.done('status')
    victim.git('merge', '--quiet', '--no-edit', 'theirs')
    writeFileSync(victim.path(INDEX), bytes)
    expect(await victim.lanes()).toMatchObject({ WP01: 'planned' })
    expect((await victim.json('agent', 'events', 'verify'))['problems']).toEqual([])
  })

  it.each(['-wal', '-shm', '-journal'])(
    'a forged file next to it (index.db%s) changes nothing',
    async (suffix) => {
      const victim = await Victim.make()
      writeFileSync(victim.path(`${INDEX}${suffix}`), readFileSync(await forged()))
      expect(await victim.lanes()).toMatchObject({ WP01: 'planned' })
    },
  )
})

const ENDLESS = 'WITH RECURSIVE endless (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM endless)'

describe('an index of this clone with something added', () => {
  it.each<[string, readonly string[]]>([
    [
      'a trigger on the board',
      ["CREATE TRIGGER lie AFTER INSERT ON board_row BEGIN UPDATE board_row SET packed = 'done'; END"],
    ],
    [
      'an endless view in place of the board',
      [
        'DROP TABLE board_row',
        `CREATE VIEW board_row AS ${ENDLESS} SELECT n AS packed, n AS copy, n AS feature_slug FROM endless`,
      ],
    ],
    [
      'an endless view in place of the facts',
      [
        'DROP TABLE fact',
        `CREATE VIEW fact AS ${ENDLESS} SELECT 'fold' AS name, n AS value FROM endless WHERE n < 0`,
      ],
    ],
    [
      'a trigger that fills the disk',
      [`CREATE TRIGGER grow AFTER INSERT ON event BEGIN INSERT INTO event SELECT * FROM event; END`],
    ],
  ])('%s: rebuilt, and no command takes long', async (_, statements) => {
    const victim = await Victim.make()
    await victim.done('status')
    await alter(victim.path(INDEX), ...statements)
    for (const args of [['status'], ['move', 'WP01', 'doing'], ['list'], ['agent', 'events', 'verify']]) {
      const ran = await victim.kitty(...args)
      expect(ran.code, args.join(' ')).toBe(0)
      expectBounded(ran)
    }
    expect(await victim.lanes()).toMatchObject({ WP01: 'doing', WP02: 'planned' })
  })
})

describe('compiled code in a clone', () => {
  /** Fills a cache in the clone with a first run's compiled code, replaced by what the attacker compiled. */
  async function planted(
    victim: Victim,
    folder: string,
    env: Readonly<Record<string, string>>,
  ): Promise<void> {
    const attacker = await Victim.make()
    const cache = join(attacker.folder, 'cache')
    await attacker.kittyWith({ env: { XDG_CACHE_HOME: cache } }, 'status')
    const [code = ''] = readdirSync(join(cache, 'kitty')).filter((name) => name.includes('-status'))
    expect(code).not.toBe('')
    mkdirSync(victim.path(folder), { recursive: true })
    for (const name of readdirSync(join(cache, 'kitty')))
      cpSync(join(cache, 'kitty', name), victim.path(folder, name))
    const before = contentOf(victim.path(folder))
    const options: RunOptions = { env }
    const ran: Run = await victim.kittyWith(options, 'status')
    expect(ran.code).toBe(0)
    // Neither taken nor replaced: it was never opened as code.
    expect(contentOf(victim.path(folder))).toEqual(before)
  }

  it('below XDG_CACHE_HOME in the work tree is not run', async () => {
    const victim = await Victim.make()
    await planted(victim, '.cache/kitty', { XDG_CACHE_HOME: victim.path('.cache') })
  })

  it('below HOME in the work tree is not run, nor with a key that the clone brings', async () => {
    const victim = await Victim.make()
    cpSync(join(victim.home, '.local'), victim.path('.local'), { recursive: true })
    await planted(victim, '.cache/kitty', { HOME: victim.root })
  })

  it('with a relative folder of the environment is not run', async () => {
    const victim = await Victim.make()
    await planted(victim, '.cache/kitty', { XDG_CACHE_HOME: '.cache' })
  })

  function contentOf(folder: string): Record<string, string> {
    return Object.fromEntries(
      readdirSync(folder).map((name) => [name, readFileSync(join(folder, name)).toString('base64')]),
    )
  }
})

@Entity({ name: 'x_tally_seen', withoutRowid: true })
class Seen {
  @PrimaryColumn({ type: 'text' })
  event_id!: string
}

describe('two installations in turn, one with a plugin that has tables', () => {
  it('share one index: neither rebuilds it', async () => {
    const victim = await Victim.make()
    const tally = defineTableProjection({
      name: 'tally.seen',
      version: 1,
      entities: [Seen],
      apply: async (rows, events) => {
        await rows.insert(
          Seen,
          events.map(({ event_id }) => ({ event_id })),
        )
      },
    })
    await victim.done('status')
    const built = statSync(victim.path(INDEX)).ino
    for (let turn = 1; turn <= 3; turn += 1) {
      const repository = await openRepository({ folder: victim.root, env: {} })
      const tables = await repository.service(ProjectionTables)
      expect(await tables.read(tally, (rows) => rows.count(Seen))).toBeGreaterThan(0)
      await repository.close()
      const ran = await victim.done('note', 'WP01', `turn ${turn}`)
      expect(ran.stderr).not.toMatch(/rebuil/i)
      expect(statSync(victim.path(INDEX)).ino).toBe(built)
    }
  })
})
