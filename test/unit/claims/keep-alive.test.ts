import { afterEach, describe, expect, it, vi } from 'vitest'
import { Claim } from '../../../src/core/services/claims/claim.js'
import { KeepAlive } from '../../../src/core/services/claims/keep-alive.js'
import { TaskQueries } from '../../../src/core/services/board/task-queries.js'
import type { Provenance } from '../../../src/core/store/event-store.js'
import { FEATURE, Project } from '../../support/project.js'
import { PATIENT } from '../../support/patient.js'

const HOUR = 3_600_000
const WP01 = { feature: FEATURE, workPackage: 'WP01' }

function as(actor: string, session: string | null = null): Provenance {
  return { actor, session, causationId: null, correlationId: session }
}

afterEach(() => {
  vi.useRealTimers()
})

const lease = (project: Project) =>
  project.use(async (services) => (await (await services.get(TaskQueries)).show(FEATURE, 'WP01')).lease)

describe('work that goes on', () => {
  it('renews the lease while it runs and when it ends, and gives what it gave', async () => {
    const project = await new Project().withPackages({ WP01: {} })
    const provenance = as('ada', 's1')
    await project.use(async (services) => (await services.get(Claim)).claim({ ...WP01, provenance }))
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    const answer = await project.use(async (services) => {
      const keepAlive = await services.get(KeepAlive)
      return keepAlive.during({ ...WP01, provenance }, async () => {
        for (let hours = 0; hours < 9; hours += 3) {
          project.time += 3 * HOUR
          await vi.advanceTimersToNextTimerAsync()
          await vi.waitFor(async () => {
            expect(await lease(project)).toMatchObject({ ended: false })
          }, PATIENT)
        }
        project.time += 3 * HOUR
        return 7
      })
    })
    expect(answer).toBe(7)
    project.time += 3 * HOUR
    expect(await lease(project)).toMatchObject({ ended: false })
    project.time += 2 * HOUR
    expect(await lease(project)).toMatchObject({ ended: true })
  })

  it('is not begun for a package that this holder does not have', async () => {
    const project = await new Project().withPackages({ WP01: {} })
    const during = (provenance: Provenance, work: () => Promise<void>) =>
      project.use(async (services) => (await services.get(KeepAlive)).during({ ...WP01, provenance }, work))
    const work = vi.fn(() => Promise.resolve())
    await expect(during(as('ada'), work)).rejects.toMatchObject({ kind: 'StateTransitionError' })
    await project.use(async (services) =>
      (await services.get(Claim)).claim({ ...WP01, provenance: as('ada', 's1') }),
    )
    for (const other of [as('bob'), as('ada'), as('ada', 's2')])
      await expect(during(other, work)).rejects.toMatchObject({ kind: 'LostRace' })
    expect(work).not.toHaveBeenCalled()
  })
})
