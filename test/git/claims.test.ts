import { describe, expect, it } from 'vitest'
import { Claim } from '../../src/core/services/claims/claim.js'
import { Next } from '../../src/core/services/claims/next.js'
import { EditPackage } from '../../src/core/services/packages/edit-package.js'
import { Gates } from '../../src/core/services/packages/gates.js'
import { MarkSubtasks } from '../../src/core/services/packages/mark-subtasks.js'
import { MoveTask } from '../../src/core/services/moves/move-task.js'
import { NoteTask } from '../../src/core/services/packages/note-task.js'
import { TaskQueries } from '../../src/core/services/board/task-queries.js'
import type { Provenance } from '../../src/core/store/event-store.js'
import { cloneOf, commitLog, FEATURE, inProcess, project, pullFrom } from '../support/kitty.js'

const HOUR = 3_600_000
const WP01 = { feature: FEATURE, workPackage: 'WP01' }

function as(actor: string, session: string | null = null): Provenance {
  return { actor, session, causationId: null, correlationId: session }
}

const claim = async (folder: string, provenance: Provenance, now?: () => Date) =>
  (await inProcess(folder, Claim, (service) => service.claim({ ...WP01, provenance }), now)).result
const move = (folder: string, to: string, provenance: Provenance) =>
  inProcess(folder, MoveTask, (service) => service.move({ ...WP01, to, force: false, provenance }))
const shown = async (folder: string, now?: () => Date) =>
  (await inProcess(folder, TaskQueries, (service) => service.show(FEATURE, 'WP01'), now)).result

/** Two clones in which these holders have claimed WP01, merged in the first one. The second one's claim wins. */
async function claimedTwice(first: Provenance, second: Provenance): Promise<string> {
  const here = await project()
  const there = await cloneOf(here)
  await claim(here, first)
  await claim(there, second)
  for (const folder of [here, there]) commitLog(folder)
  pullFrom(here, there)
  return here
}

describe('two clones that claim one package, then pull', () => {
  it.each([
    ['ada and bob', as('ada'), as('bob'), 1],
    ['one actor in two sessions', as('ada', 's1'), as('ada', 's2'), 1],
    ['one actor without a session', as('ada'), as('ada'), 0],
  ])('%s: a conflict exactly where two holders believe they have it', async (_, first, second, conflicts) => {
    expect((await shown(await claimedTwice(first, second))).conflicts).toHaveLength(conflicts)
  })

  it('tell the loser with its next command, no matter which, and name the winner', async () => {
    const [ada, bob] = [as('ada', 's1'), as('bob')]
    const folder = await claimedTwice(ada, bob)
    const lost = { kind: 'LostRace', context: { winner: { actor: 'bob', session: null } } }
    await expect(move(folder, 'for_review', ada)).rejects.toMatchObject(lost)
    await expect(claim(folder, ada)).rejects.toMatchObject(lost)
    const note = inProcess(folder, NoteTask, (service) =>
      service.note({ ...WP01, text: 'halfway', provenance: ada }),
    )
    await expect(note).rejects.toMatchObject(lost)
    const tick = inProcess(folder, MarkSubtasks, (service) =>
      service.mark({ feature: FEATURE, subtasks: ['T001'], done: true, provenance: ada }),
    )
    await expect(tick).rejects.toMatchObject(lost)
    const edit = inProcess(folder, EditPackage, (service) =>
      service.edit({ ...WP01, title: 'Another title', provenance: ada }),
    )
    await expect(edit).rejects.toMatchObject(lost)
    await inProcess(folder, Gates, (service) => service.add({ ...WP01, type: 'CI', provenance: bob }))
    const gate = inProcess(folder, Gates, (service) =>
      service.set({ feature: FEATURE, gate: 'WP01-CI', status: 'passed', provenance: ada }),
    )
    await expect(gate).rejects.toMatchObject(lost)
    const offered = await inProcess(folder, Next, (service) =>
      service.claim({ features: [FEATURE], provenance: ada }),
    )
    expect(offered.result.claimed?.work_package).toBe('WP03')
  })

  it('are settled by the next move of the winner', async () => {
    const folder = await claimedTwice(as('ada'), as('bob'))
    await inProcess(folder, MarkSubtasks, (service) =>
      service.mark({ feature: FEATURE, subtasks: ['T001'], done: true, provenance: as('bob') }),
    )
    await move(folder, 'for_review', as('bob'))
    expect(await shown(folder)).toMatchObject({ lane: 'for_review', conflicts: [] })
  })
})

describe('the lease of a holder in another clone', () => {
  it.each([
    ['a day behind', -24 * HOUR],
    ['a day ahead', 24 * HOUR],
  ])('counts from when this clone first saw it, with a clock that is %s', async (_, skew) => {
    let now = Date.parse('2026-11-22T10:00:00.000Z')
    const here = await project()
    const there = await cloneOf(here)
    await claim(there, as('bob'), () => new Date(now + skew))
    commitLog(there)
    pullFrom(here, there)
    const lease = async () => (await shown(here, () => new Date(now))).lease
    expect(await lease()).toMatchObject({ actor: 'bob', ended: false, elsewhere: true })
    now += 4 * HOUR - 1000
    expect(await lease()).toMatchObject({ ended: false })
    now += 2000
    expect(await lease()).toMatchObject({ ended: true, expires_at: '2026-11-22T14:00:00.000Z' })
    const over = { ...WP01, takeOver: true, reason: 'gone', provenance: as('ada') }
    const { warnings } = await inProcess(
      here,
      Claim,
      (service) => service.claim(over),
      () => new Date(now),
    )
    expect(warnings).toEqual([expect.stringContaining('bob may be at work there, unseen')])
  })

  it('starts again with each new event of its holder', async () => {
    let now = Date.parse('2026-11-22T10:00:00.000Z')
    const here = await project()
    const there = await cloneOf(here)
    const clock = () => new Date(now)
    await claim(there, as('bob'), clock)
    commitLog(there)
    pullFrom(here, there)
    await shown(here, clock)
    now += 5 * HOUR
    expect((await shown(here, clock)).lease).toMatchObject({ ended: true })
    await inProcess(there, NoteTask, (service) =>
      service.note({ ...WP01, text: 'alive', provenance: as('bob') }),
    )
    commitLog(there)
    pullFrom(here, there)
    expect((await shown(here, clock)).lease).toMatchObject({ ended: false })
  })
})
