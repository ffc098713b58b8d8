import { describe, expect, it } from 'vitest'
import { Claim } from '../../../src/core/services/claims/claim.js'
import { Next } from '../../../src/core/services/claims/next.js'
import { Release } from '../../../src/core/services/claims/release.js'
import { MoveTask } from '../../../src/core/services/moves/move-task.js'
import { EventStore, type Provenance } from '../../../src/core/store/event-store.js'
import { FEATURE, Project } from '../../support/project.js'

const HOUR = 3_600_000

function as(actor: string, session: string | null = null, causationId: string | null = null): Provenance {
  return { actor, session, causationId, correlationId: session }
}

async function three(): Promise<Project> {
  return new Project().withPackages({ WP01: {}, WP02: {}, WP03: { dependencies: ['WP01'] } })
}

const claim = (project: Project, provenance: Provenance, options: object = {}) =>
  project.use(async (services) =>
    (await services.get(Claim)).claim({ feature: FEATURE, workPackage: 'WP01', provenance, ...options }),
  )
const next = (project: Project, provenance: Provenance, options: object = {}) =>
  project.use(async (services) =>
    (await services.get(Next)).claim({ features: [FEATURE], provenance, ...options }),
  )
const offered = (project: Project, provenance: Provenance, options: object = {}) =>
  project.use(async (services) =>
    (await services.get(Next)).list({ features: [FEATURE], provenance, ...options }),
  )
const move = (project: Project, to: string, provenance: Provenance, workPackage = 'WP01') =>
  project.use(async (services) =>
    (await services.get(MoveTask)).move({ feature: FEATURE, workPackage, to, force: false, provenance }),
  )
const stateOf = (project: Project, workPackage = 'WP01') =>
  project.use(async (services) => (await services.get(EventStore)).workPackage(FEATURE, workPackage))

describe('a claim', () => {
  it('keeps the session, and every event of a session has it as its correlation', async () => {
    const project = await three()
    const { event } = await claim(project, as('ada', 's1'))
    expect(event).toMatchObject({ correlation_id: 's1', payload: { new_status: 'doing', session: 's1' } })
    expect(await stateOf(project)).toMatchObject({ lane_actor: 'ada', lane_session: 's1' })
  })

  it('of what the same holder has writes nothing, and says so', async () => {
    const project = await three()
    await claim(project, as('ada', 's1'))
    expect(await claim(project, as('ada', 's1'))).toMatchObject({ resumed: true, event: null })
  })

  it('of what the same actor has in another session is refused, and names --resume', async () => {
    const project = await three()
    await claim(project, as('ada', 's1'))
    for (const other of [as('ada', 's2'), as('ada')])
      await expect(claim(project, other)).rejects.toMatchObject({
        kind: 'LostRace',
        nextSteps: expect.arrayContaining([
          expect.objectContaining({
            text: expect.stringContaining('kitty claim 001/WP01 --resume') as unknown,
          }),
        ]) as unknown,
      })
    const { event } = await claim(project, as('ada', 's2'), { resume: true })
    expect(event?.payload).toMatchObject({
      old_status: 'doing',
      new_status: 'doing',
      session: 's2',
      reason: 'same actor',
    })
  })

  it('of what someone else has is refused, also as a resumption', async () => {
    const project = await three()
    await claim(project, as('ada', 's1'))
    for (const options of [{}, { resume: true }])
      await expect(claim(project, as('bob'), options)).rejects.toMatchObject({
        kind: 'LostRace',
        context: { moved_by: 'ada', session: 's1' },
      })
  })

  it('can take a package over only once its lease has ended, and then only one taker wins', async () => {
    const project = await three()
    await claim(project, as('ada'))
    const over = { takeOver: true, reason: 'ada has left' }
    await expect(claim(project, as('bob'), over)).rejects.toMatchObject({ kind: 'LostRace' })
    project.time += 5 * HOUR
    const { event } = await claim(project, as('bob'), over)
    expect(event?.payload).toMatchObject({ old_status: 'doing', new_status: 'doing', reason: 'ada has left' })
    expect(event?.payload['force']).toBeUndefined()
    await expect(claim(project, as('eve'), over)).rejects.toMatchObject({
      kind: 'LostRace',
      context: { moved_by: 'bob' },
    })
  })

  it('does not take work back that is handed over', async () => {
    const project = await three()
    await claim(project, as('ada'))
    await move(project, 'for_review', as('ada'))
    await expect(claim(project, as('bob'))).rejects.toMatchObject({ kind: 'LostRace' })
  })

  it('is given back with a reason, by its holder alone', async () => {
    const project = await three()
    await claim(project, as('ada', 's1'))
    const release = (provenance: Provenance, reason = 'out of time') =>
      project.use(async (services) =>
        (await services.get(Release)).release({ feature: FEATURE, workPackage: 'WP01', reason, provenance }),
      )
    await expect(release(as('ada', 's1'), ' ')).rejects.toMatchObject({ kind: 'UsageError' })
    await expect(release(as('bob'))).rejects.toMatchObject({ kind: 'LostRace' })
    await expect(release(as('ada', 's2'))).rejects.toMatchObject({ kind: 'LostRace' })
    expect(await release(as('ada', 's1'))).toMatchObject({ old_status: 'doing', new_status: 'planned' })
    await expect(release(as('ada', 's1'))).rejects.toMatchObject({ kind: 'StateTransitionError' })
  })

  it.each([
    ['planned', 'claimed'],
    ['claimed', 'in_progress'],
  ])('is given back to %s from %s in the reviewed workflow where it still can be', async (_, lane) => {
    const project = await new Project({ workflow: 'reviewed' }).withPackages({ WP01: {} })
    await claim(project, as('ada'))
    if (lane === 'in_progress') await move(project, 'in_progress', as('ada'))
    const released = project.use(async (services) =>
      (await services.get(Release)).release({
        feature: FEATURE,
        workPackage: 'WP01',
        reason: 'out of time',
        provenance: as('ada'),
      }),
    )
    if (lane === 'claimed') expect(await released).toMatchObject({ new_status: 'planned' })
    else await expect(released).rejects.toMatchObject({ kind: 'StateTransitionError' })
  })
})

describe('next', () => {
  it('offers what is in work first, then what is ready by priority and by what it unblocks', async () => {
    const project = await three()
    const ids = async (provenance: Provenance) =>
      (await offered(project, provenance)).next.map((one) => `${one.work_package} ${one.offer}`)
    expect(await ids(as('ada'))).toEqual(['WP01 ready', 'WP02 ready'])
    await claim(project, as('ada'), { workPackage: 'WP02' })
    expect(await ids(as('ada'))).toEqual(['WP02 in_work', 'WP01 ready'])
    expect(await ids(as('bob'))).toEqual(['WP01 ready'])
    expect(await ids(as('ada', 's1'))).toEqual(['WP01 ready', 'WP02 other_session'])
  })

  it('claims the best, gives it again to the same holder, and another one when asked', async () => {
    const project = await three()
    const mine = as('ada', 's1')
    expect(await next(project, mine)).toMatchObject({
      claimed: { work_package: 'WP01', resumed: false },
      resumed: false,
      work_package: { work_package: 'WP01', lane: 'doing' },
    })
    expect(await next(project, mine)).toMatchObject({ claimed: { work_package: 'WP01' }, resumed: true })
    expect(await next(project, mine, { another: true })).toMatchObject({ claimed: { work_package: 'WP02' } })
  })

  it('never gives two sessions of one actor the same package, and says why nothing is free', async () => {
    const project = await three()
    const one = await next(project, as('ada', 's1'))
    const two = await next(project, as('ada', 's2'))
    expect(new Set([one.claimed?.work_package, two.claimed?.work_package])).toEqual(new Set(['WP01', 'WP02']))
    const three_ = await next(project, as('ada', 's3'))
    expect(three_).toMatchObject({ claimed: null, resumed: false })
    expect(three_.why.map(({ work_package, reason, by }) => [work_package, reason, ...by])).toEqual([
      ['WP01', 'held', 'ada'],
      ['WP02', 'held', 'ada'],
      ['WP03', 'blocked', 'WP01'],
    ])
  })

  it('answers a repeat with the same key with the first package', async () => {
    const project = await three()
    const first = await next(project, as('ada', 's1', 'key-1'), { another: true })
    const again = await next(project, as('ada', 's1', 'key-1'), { another: true })
    expect(again.claimed?.event?.event_id).toBe(first.claimed?.event?.event_id)
    expect(await stateOf(project, 'WP02')).toMatchObject({ lane: 'planned' })
  })

  it('offers a review to everyone who did not do the work, and rejected work to the one who did', async () => {
    const project = await three()
    await claim(project, as('ada', 's1'))
    await move(project, 'for_review', as('ada', 's1'))
    const offers = async (provenance: Provenance) =>
      (await offered(project, provenance)).next.find((one) => one.work_package === 'WP01')?.offer
    expect(await offers(as('ada', 's1'))).toBeUndefined()
    expect(await offers(as('ada', 's2'))).toBe('review')
    expect(await offers(as('bob'))).toBe('review')
    await move(project, 'rejected', as('bob'))
    expect(await offers(as('ada', 's1'))).toBe('rejected')
    expect(await offers(as('bob'))).toBeUndefined()
    expect(await next(project, as('ada', 's1'))).toMatchObject({ claimed: { work_package: 'WP01' } })
  })

  it('offers what a killed holder left once its lease has ended, the long abandoned before what is ready', async () => {
    const project = await three()
    await claim(project, as('ada', 's1'))
    const offers = async () =>
      (await offered(project, as('bob'))).next.map((one) => `${one.work_package} ${one.offer}`)
    expect(await offers()).toEqual(['WP02 ready'])
    project.time += 5 * HOUR
    expect(await offers()).toEqual(['WP02 ready', 'WP01 lease_ended'])
    project.time += 25 * HOUR
    expect(await offers()).toEqual(['WP01 lease_ended_long_ago', 'WP02 ready'])
    const taken = await next(project, as('bob'))
    expect(taken.claimed).toMatchObject({ work_package: 'WP01', old_status: 'doing', new_status: 'doing' })
    expect(taken.claimed?.event?.payload['reason']).toContain('the lease of ada ended')
  })

  it('claims a review only where the workflow has a lane for reviewing', async () => {
    const claimed = async (workflow: string) => {
      const project = await new Project({ workflow }).withPackages({ WP01: {} })
      await claim(project, as('ada', 's1'))
      if (workflow === 'reviewed') await move(project, 'in_progress', as('ada', 's1'))
      await move(project, 'for_review', as('ada', 's1'))
      expect(await next(project, as('ada', 's1'))).toMatchObject({
        claimed: null,
        why: [{ text: 'WP01 is in for_review and waits for a review by someone else' }],
      })
      return next(project, as('bob'))
    }
    expect(await claimed('default')).toMatchObject({
      claimed: null,
      why: [
        {
          work_package: 'WP01',
          reason: 'review',
          text: 'WP01 waits for your review: kitty show WP01, then kitty done WP01 or kitty reject WP01 --reason TEXT',
        },
      ],
    })
    expect(await claimed('reviewed')).toMatchObject({
      claimed: { work_package: 'WP01', old_status: 'for_review', new_status: 'in_review' },
    })
  })

  it('refuses the key of another operation', async () => {
    const project = await three()
    await project.use(async (services) =>
      (await services.get(MoveTask)).move({
        feature: FEATURE,
        workPackage: 'WP01',
        to: 'canceled',
        reason: 'not needed',
        force: false,
        provenance: as('ada', 's1', 'key-1'),
      }),
    )
    await expect(next(project, as('ada', 's1', 'key-1'))).rejects.toMatchObject({ kind: 'UsageError' })
  })

  it('passes over a package that the rules refuse, and says what they say', async () => {
    const project = await new Project().withPackages({ WP01: {} })
    project.write(
      `kitty-specs/${FEATURE}/tasks/WP01-part.md`,
      '---\nwork_package_id: WP01\ntitle: a: b\n---\n',
    )
    const { claimed, why } = await next(project, as('ada'))
    expect(claimed).toBeNull()
    expect(why[0]).toMatchObject({ work_package: 'WP01', reason: 'refused' })
  })
})
