import { appendFileSync, readdirSync } from 'node:fs'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { IndexHealth } from '../../../src/core/index/index-health.js'
import { IndexUnusable } from '../../../src/core/index/index-unusable.js'
import { replay } from '../../../src/core/index/replay.js'
import { EventLog } from '../../../src/core/log/event-log.js'
import { Verify } from '../../../src/core/services/verify/verify.js'
import { noteLine, ulid } from '../../support/events.js'
import { Project } from '../../support/project.js'
import { tempFolder } from '../../support/temp-folder.js'

const DAY = '.kittify/events/2026-11-22.jsonl'
const NEXT_DAY = '.kittify/events/2026-11-23.jsonl'
const SECRET = `ghp_${'a1B2'.repeat(9)}`

/** A log with one problem of each kind that is about an event, among `notes` others. */
function projectWith(notes: number, text = 'a note'): Project {
  const project = new Project()
  project.write(DAY, '')
  const line = (seed: number, changes: Readonly<Record<string, unknown>> = {}): string =>
    noteLine(seed, {
      parents: seed === 1 ? [] : [ulid(seed - 1)],
      payload: { feature_slug: '001-demo', text },
      ...changes,
    })
  for (let seed = 1; seed <= notes; seed += 1) appendFileSync(project.path(DAY), line(seed))
  const odd = [
    line(notes + 1, { parents: [ulid(900_001)] }),
    line(notes + 2, { parents: [ulid(notes + 3)] }),
    line(notes + 3, { entity_id: 'WP02', parents: [ulid(notes)] }),
    line(notes + 4, { parents: [], payload: { feature_slug: '001-demo', text: SECRET } }),
    line(notes + 5, { parents: [], event_type: 'Unheard', payload: { feature_slug: '001-demo' } }),
    line(notes + 6, { parents: [ulid(notes + 4)] }),
  ]
  for (const one of odd) appendFileSync(project.path(DAY), one)
  // The same line in another file counts once; what is wrong with it is not said twice.
  project.write(NEXT_DAY, `${odd[3] ?? ''}${line(notes + 7, { parents: [ulid(notes + 6)] })}`)
  return project
}

const BIG = 'x'.repeat(60_000)

function kindsOf(project: Project): Promise<unknown[]> {
  return project.use(async (services) => {
    const { problems, notices } = await (await services.get(Verify)).verify()
    return [...problems, ...notices].map(({ file, kind }) => `${file} ${kind}`)
  })
}

const FOUND = [
  '2026-11-22.jsonl missing_parent',
  '2026-11-22.jsonl invalid_parent',
  '2026-11-22.jsonl invalid_parent',
  '2026-11-22.jsonl secret',
  '2026-11-23.jsonl duplicate_elsewhere',
  '2026-11-23.jsonl wrong_file',
  '2026-11-22.jsonl unknown_type',
]

afterEach(() => {
  vi.unstubAllEnvs()
})

describe('the index that verify and doctor build to compare with', () => {
  it('is in memory for a small log', async () => {
    await projectWith(3).use(async (services) => {
      const index = await (await services.get(IndexHealth)).replay()
      expect(index.kind).toBe('memory')
    })
  })

  it('is in a file for a large log, and leaves none behind, closed or not', async () => {
    const project = projectWith(150, BIG)
    const temporary = tempFolder()
    vi.stubEnv('TMPDIR', temporary)
    await project.use(async (services) => {
      const index = await (await services.get(IndexHealth)).replay()
      expect(index.kind).toBe('sqlite')
      expect(await index.count()).toBe(157)
      expect(readdirSync(temporary)).toEqual([])
      await index.close()
    })
  })

  it('is in memory where there is no room for a file', async () => {
    const project = projectWith(150, BIG)
    vi.stubEnv('TMPDIR', `${tempFolder()}/not-there`)
    await project.use(async (services) => {
      const index = await (await services.get(IndexHealth)).replay()
      expect(index.kind).toBe('memory')
      expect(await index.count()).toBe(157)
    })
  })

  it('is in memory where there is no SQLite', async () => {
    await projectWith(150, BIG).use(async (services) => {
      const missing = (): never => {
        throw new IndexUnusable('unavailable', 'the SQLite module cannot be loaded')
      }
      const index = await replay(await services.get(EventLog), {}, async () => missing())
      expect(index.kind).toBe('memory')
    })
  })

  it.each([
    ['small', () => projectWith(3)],
    ['large', () => projectWith(150, BIG)],
  ])('finds the same as the log, in a %s log', async (_size, make) => {
    expect(await kindsOf(make())).toEqual(FOUND)
  })

  it.each([
    ['small', () => projectWith(3)],
    ['large', () => projectWith(150, BIG)],
  ])('tells that the stored index answers otherwise, for a %s log', async (_size, make) => {
    const project = make()
    await project.use(async (services) => {
      const health = await services.get(IndexHealth)
      await health.rebuild()
      await health.close()
    })
    expect(await kindsOf(project)).toEqual(FOUND)
    await project.use(async (services) => {
      const index = await (await services.get(IndexHealth)).current()
      const [row] = await index.rows([ulid(2)])
      if (row === undefined) throw new Error('the second note is in the index')
      await index.write((writer) => writer.relocate({ ...row, actor: 'mallory' }))
    })
    expect(await kindsOf(project)).toContain(`${project.path('.kittify/events/index.db')} index`)
  })
})
