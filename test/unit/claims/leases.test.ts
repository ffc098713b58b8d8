import { readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { Claim } from '../../../src/core/services/claims/claim.js'
import { Leases } from '../../../src/core/services/claims/leases.js'
import { Next } from '../../../src/core/services/claims/next.js'
import { NoteTask } from '../../../src/core/services/packages/note-task.js'
import { TaskQueries } from '../../../src/core/services/board/task-queries.js'
import type { Provenance } from '../../../src/core/store/event-store.js'
import { parseDuration } from '../../../src/core/workspace/config.js'
import { FEATURE, Project } from '../../support/project.js'

const HOUR = 3_600_000
const ADA = { actor: 'ada', session: 's1' }
const WP01 = { feature: FEATURE, workPackage: 'WP01' }

function as(actor: string, session: string | null = null): Provenance {
  return { actor, session, causationId: null, correlationId: session }
}

async function claimed(config?: unknown): Promise<Project> {
  const project = await new Project(config).withPackages({ WP01: {} })
  await project.use(async (services) =>
    (await services.get(Claim)).claim({ ...WP01, provenance: as('ada', 's1') }),
  )
  return project
}

const lease = (project: Project) =>
  project.use(async (services) => (await (await services.get(TaskQueries)).show(FEATURE, 'WP01')).lease)
const renew = (project: Project, holder: { actor: string; session: string | null }) =>
  project.use(async (services) => (await services.get(Leases)).renew(FEATURE, 'WP01', holder))

describe('a lease', () => {
  it('lasts four hours unless the project says otherwise', async () => {
    const [usual, short] = [await claimed(), await claimed({ claims: { expire: '30m' } })]
    for (const project of [usual, short]) project.time += 0.6 * HOUR
    expect(await lease(usual)).toMatchObject({ ...ADA, ended: false, elsewhere: false })
    expect(await lease(short)).toMatchObject({ ended: true })
  })

  it('is renewed by every event of its holder, and of no one else', async () => {
    const project = await claimed()
    const note = (provenance: Provenance) =>
      project.use(async (services) =>
        (await services.get(NoteTask)).note({ ...WP01, text: 'on it', provenance }),
      )
    project.time += 3 * HOUR
    await note(as('bob'))
    await note(as('ada', 's2'))
    project.time += 2 * HOUR
    expect(await lease(project)).toMatchObject({ ended: true })
    await note(as('ada', 's1'))
    expect(await lease(project)).toMatchObject({ ended: false })
  })

  it('is renewed by its holder without an event, and by no one else', async () => {
    const project = await claimed()
    project.time += 3 * HOUR
    expect(await renew(project, { actor: 'bob', session: null })).toBe(false)
    expect(await renew(project, { actor: 'ada', session: null })).toBe(false)
    expect(await renew(project, ADA)).toBe(true)
    project.time += 3 * HOUR
    expect(await lease(project)).toMatchObject({ ended: false })
    project.time += 2 * HOUR
    expect(await lease(project)).toMatchObject({ ended: true })
  })

  it('is renewed by no look at the board', async () => {
    const project = await claimed()
    for (let hours = 0; hours < 5; hours += 1) {
      project.time += HOUR
      await lease(project)
      await project.use(async (services) =>
        (await services.get(Next)).list({ features: [FEATURE], provenance: as('ada', 's1') }),
      )
    }
    expect(await lease(project)).toMatchObject({ ended: true })
  })

  describe('on a clock that jumps', () => {
    const DAY = 24 * HOUR
    const offers = (project: Project) =>
      project.use(async (services) => {
        const next = await services.get(Next)
        const { next: offered } = await next.list({ features: [FEATURE], provenance: as('bob', 's2') })
        return offered.map(({ offer }) => offer)
      })

    it.each([
      ['a claim', async () => undefined],
      ['a claim that was looked at', lease],
      ['a renewal', (project: Project) => renew(project, ADA)],
    ])('ends where a holder is gone that made %s while the clock was a year ahead', async (_, sign) => {
      const project = await new Project().withPackages({ WP01: {} })
      project.time += 365 * DAY
      await project.use(async (services) =>
        (await services.get(Claim)).claim({ ...WP01, provenance: as('ada', 's1') }),
      )
      await sign(project)
      project.time -= 365 * DAY
      expect(await offers(project)).toEqual([])
      project.time += 3.9 * HOUR
      expect(await offers(project)).toEqual([])
      project.time += 0.2 * HOUR
      expect(await offers(project)).toEqual(['lease_ended'])
    })

    it.each([DAY, -DAY])('goes on for a holder that is alive, when it jumps by %i ms', async (jump) => {
      const project = await claimed()
      await renew(project, ADA)
      project.time += jump
      for (let hours = 0; hours < 30; hours += 3) {
        expect(await renew(project, ADA)).toBe(true)
        expect(await lease(project)).toMatchObject({ ...ADA, ended: false })
        expect(await offers(project)).toEqual([])
        project.time += 3 * HOUR
      }
      project.time += 2 * HOUR
      expect(await offers(project)).toEqual(['lease_ended'])
    })
  })

  it('counts from its events alone when this clone’s notes are damaged or gone', async () => {
    const project = await claimed()
    await renew(project, ADA)
    const file = project.path('.git', 'kitty', 'leases.json')
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ renewals: { [`${FEATURE}/WP01`]: ADA } })
    for (const text of ['', '{"renewals": 7, "seen": {"x": null}}', '[]']) {
      writeFileSync(file, text)
      expect(await lease(project)).toMatchObject({ ...ADA, ended: false, elsewhere: false })
    }
  })
})

describe('how long a claim lasts', () => {
  it.each([
    ['90s', 90_000],
    ['30m', 1_800_000],
    ['4h', 14_400_000],
    ['2d', 172_800_000],
    ['0h', undefined],
    ['4', undefined],
    ['-4h', undefined],
    ['4 hours', undefined],
    [4, undefined],
  ])('%j is %j milliseconds', (text, expected) => {
    expect(parseDuration(text)).toBe(expected)
  })
})
