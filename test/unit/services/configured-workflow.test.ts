import { describe, expect, it } from 'vitest'
import { encodeEvent } from '../../../src/core/events-lib.js'
import type { MoveRule } from '../../../src/core/rules/move-rule.js'
import { rejectionOf, stepsOf } from '../../support/kitty-error.js'
import { by, FEATURE, Project, type Services } from '../../support/project.js'
import { MoveTask } from '../../../src/core/services/moves/move-task.js'
import { Status } from '../../../src/core/services/board/status.js'
import { TaskQueries } from '../../../src/core/services/board/task-queries.js'
import { MarkSubtasks } from '../../../src/core/services/packages/mark-subtasks.js'
import { EventStore } from '../../../src/core/store/event-store.js'

async function move(services: Services, to: string, more: Record<string, unknown> = {}, actor = 'ada') {
  const service = await services.get(MoveTask)
  return service.move({
    feature: FEATURE,
    workPackage: 'WP01',
    to,
    force: false,
    provenance: by(actor),
    ...more,
  })
}

const lanes = async (services: Services) => {
  const [feature] = (await (await services.get(Status)).board(FEATURE)).features
  return Object.fromEntries(
    Object.entries(feature?.lanes ?? {}).map(([lane, packages]) => [lane, packages.length]),
  )
}

describe('the reviewed workflow', () => {
  it('takes a package from planned to done through claim, review and approval', async () => {
    const demo = await new Project({ workflow: 'reviewed' }).withPackages({
      WP01: {},
      WP02: { dependencies: ['WP01'] },
    })
    await demo.use(async (services) => {
      expect(Object.keys(await lanes(services))).toEqual([
        'planned',
        'claimed',
        'in_progress',
        'for_review',
        'in_review',
        'approved',
        'done',
        'blocked',
        'canceled',
      ])
      expect(await rejectionOf(move(services, 'rejected'))).toMatchObject({ kind: 'UsageError', exitCode: 2 })
      // `doing` is another word for in_progress there, which a package enters after its claim only.
      expect(await rejectionOf(move(services, 'doing'))).toMatchObject({ kind: 'StateTransitionError' })
      for (const to of ['claimed', 'in_progress', 'for_review', 'in_review']) await move(services, to)
      expect(stepsOf(await rejectionOf(move(services, 'in_progress')))).toEqual([
        expect.stringContaining('--review-ref'),
      ])
      await move(services, 'in_progress', { reviewRef: 'PR#1' })
      for (const to of ['for_review', 'in_review']) await move(services, to)
      expect(stepsOf(await rejectionOf(move(services, 'approved')))).toEqual([
        expect.stringContaining('--evidence'),
      ])
      await move(services, 'approved', { evidence: 'commit abc1234, approved in PR#1' })
      await move(services, 'done', { evidence: 'merged' })
      expect(await lanes(services)).toMatchObject({ done: 1, planned: 1 })
      const ready = await (await services.get(TaskQueries)).ready([FEATURE])
      expect(ready.map(({ work_package }) => work_package)).toEqual(['WP02'])
    })
    expect(demo.read(`kitty-specs/${FEATURE}/tasks/WP01-part.md`)).toContain('lane: done\n')
  })
})

describe('a workflow of one’s own', () => {
  const two = {
    name: 'two',
    lanes: ['todo', 'finished'],
    done: ['finished'],
    moves: { todo: [{ to: 'finished', requires: ['subtasks_done', 'x.moon.full_moon'] }] },
  }
  const fullMoon: MoveRule = {
    name: 'x.moon.full_moon',
    phase: 'validator',
    kind: 'GateFailure',
    blockers: ({ reason }) => (reason === 'full moon' ? [] : ['moon']),
    message: () => 'Wait for the moon.',
  }

  it('decides lanes, initial lane and which rules guard which move, those of plugins included', async () => {
    const demo = await new Project({ workflow: two }).withPackages({ WP01: { subtasks: ['T001'] } })
    expect(await demo.use(lanes)).toEqual({ todo: 1, finished: 0 })
    const followed: string[] = []
    const afterwards: MoveRule = {
      name: 'x.moon.howl',
      phase: 'after',
      after: ({ to }) => void followed.push(to),
    }
    await demo.use(
      async (services) => {
        expect((await rejectionOf(move(services, 'finished'))).message).toContain('T001')
        const mark = await services.get(MarkSubtasks)
        await mark.mark({ feature: FEATURE, subtasks: ['T001'], done: true, provenance: by('ada') })
        expect(await rejectionOf(move(services, 'finished'))).toMatchObject({
          kind: 'GateFailure',
          message: 'Wait for the moon.',
        })
        await move(services, 'finished', { reason: 'full moon' })
        expect(await lanes(services)).toEqual({ todo: 0, finished: 1 })
      },
      [fullMoon, afterwards],
    )
    expect(followed).toEqual(['finished'])
    expect(demo.read(`kitty-specs/${FEATURE}/tasks/WP01-part.md`)).toContain('lane: finished\n')
  })

  it('that is wrong stops every command with file, place and reason, and nothing is written', async () => {
    const demo = await new Project().withPackages({ WP01: {} })
    demo.configure({ workflow: { ...two, initial: 'nowhere' } })
    const read = demo.use(lanes)
    expect((await rejectionOf(read)).message).toContain('config.json: workflow.initial: "nowhere"')
  })
})

describe('a change of the settings', () => {
  it('rebuilds an index that was built for other lanes, and says so', async () => {
    const demo = await new Project().withPackages({ WP01: {} })
    await demo.use((services) => move(services, 'doing'))
    demo.configure({ workflow: 'reviewed' })
    await demo.use(async (services) => {
      expect(await lanes(services)).toMatchObject({ planned: 0, in_progress: 1 })
      expect((await services.warnings()).join()).toContain('The index was rebuilt')
    })
    await demo.use(async (services) => {
      expect(await lanes(services)).toMatchObject({ in_progress: 1 })
      expect(await services.warnings()).toEqual([])
    })
    demo.configure({})
    expect(await demo.use(lanes)).toMatchObject({ planned: 0, doing: 1 })
  })

  it('keeps a lane that the new table lacks, in a column of its own, and out of what can be started', async () => {
    const demo = await new Project().withPackages({ WP01: {}, WP02: {} })
    await demo.use(async (services) => {
      for (const to of ['doing', 'for_review', 'rejected']) await move(services, to)
    })
    demo.configure({ workflow: 'reviewed' })
    await demo.use(async (services) => {
      expect(await lanes(services)).toMatchObject({ planned: 1, rejected: 1 })
      const ready = await (await services.get(TaskQueries)).ready([FEATURE])
      expect(ready.map(({ work_package }) => work_package)).toEqual(['WP02'])
      expect((await rejectionOf(move(services, 'claimed', {}, 'bob'))).message).toContain('ada')
      await move(services, 'claimed')
    })
  })

  it('counts canceled work out of the percentage', async () => {
    const demo = await new Project().withPackages({ WP01: {}, WP02: {} })
    await demo.use(async (services) => {
      expect(stepsOf(await rejectionOf(move(services, 'canceled'))).join()).toContain('--reason')
      await move(services, 'canceled', { reason: 'not needed' })
      const [feature] = (await (await services.get(Status)).board(FEATURE)).features
      expect(feature?.progress).toEqual({ done: 0, total: 1, percent: 0 })
      await move(services, 'planned', {}, 'bob')
    })
  })

  it('of moves or guards alone leaves the index as it is', async () => {
    const table = {
      name: 't',
      lanes: ['planned', 'doing', 'done'],
      done: ['done'],
      moves: { planned: [{ to: 'doing' }] },
    }
    const demo = await new Project({ workflow: table }).withPackages({ WP01: {} })
    demo.configure({ workflow: { ...table, name: 'u', moves: { planned: [{ to: 'done' }] } } })
    await demo.use(async (services) => {
      await lanes(services)
      expect(await services.warnings()).toEqual([])
    })
  })

  it('decides who wins when two branches moved one package: the last writer, or the higher lane', async () => {
    const demo = await new Project().withPackages({ WP01: {} })
    const [day, made] = await demo.use(async (services) => {
      const events = await (await services.get(EventStore)).read({ entity: 'WP01', feature: FEATURE })
      const created = events.find(({ event_type }) => event_type === 'WPCreated')
      if (created === undefined) throw new Error('the test’s own package is missing')
      return [`.kittify/events/${created.timestamp.slice(0, 10)}.jsonl`, created] as const
    })
    const branch = (id: string, clock: number, actor: string, to: string): string => {
      const fields = {
        event_id: `01ARZ3NDEKTSV4RRFFQ69G5F${id}`,
        event_type: 'WPStatusChanged',
        lamport_clock: clock,
        actor,
      }
      const payload = { feature_slug: FEATURE, old_status: 'planned', new_status: to }
      return encodeEvent({ ...made, ...fields, payload, parents: [made.event_id] })
    }
    demo.write(day, demo.read(day) + branch('A0', 10, 'ada', 'for_review') + branch('B0', 11, 'bob', 'doing'))
    const conflict = async (services: Services) => {
      const [feature] = (await (await services.get(Status)).board(FEATURE)).features
      return { lanes: await lanes(services), rule: feature?.conflicts[0]?.rule }
    }
    expect(await demo.use(conflict)).toMatchObject({ lanes: { doing: 1 }, rule: 'last_writer_wins' })
    demo.configure({ merge: { status: 'priority' } })
    expect(await demo.use(conflict)).toMatchObject({ lanes: { for_review: 1 }, rule: 'priority' })
    // Settled by the next move, whatever the rule.
    await demo.use((services) => move(services, 'done'))
    expect(await demo.use(conflict)).toMatchObject({ lanes: { done: 1 } })
  })
})
