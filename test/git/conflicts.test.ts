import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { NewEvent } from '../../src/core/events-lib.js'
import {
  by,
  cloneOf,
  commitLog,
  emit,
  FEATURE,
  inProcess,
  move,
  project,
  pullFrom,
} from '../support/kitty.js'
import { rejectionOf, stepsOf } from '../support/kitty-error.js'
import { Status } from '../../src/core/services/board/status.js'
import { Conflicts } from '../../src/core/services/conflicts/conflicts.js'
import { EventStore } from '../../src/core/store/event-store.js'
import { EventLog } from '../../src/core/log/event-log.js'

/** Two clones that each wrote something about one package without knowing of the other. */
async function fork(mine: NewEvent, theirs: NewEvent) {
  const ours = await project()
  const other = await cloneOf(ours)
  const [first = ''] = (await emit(ours, 'ada', mine)).result
  const [second = ''] = (await emit(other, 'bob', theirs)).result
  commitLog(other)
  commitLog(ours)
  pullFrom(ours, other)
  return { ours, other, first, second }
}

const status = async (folder: string) => inProcess(folder, Status, (service) => service.board())
const list = async (folder: string, all = false) =>
  (await inProcess(folder, Conflicts, (service) => service.list(undefined, all))).result
const resolve = async (folder: string, keep: string, entity = 'WP01', register?: string) =>
  inProcess(folder, Conflicts, (service) =>
    service.resolve({ feature: FEATURE, entity, keep, register, provenance: by('cyd') }),
  )
const laneOf = async (folder: string, id = 'WP01') =>
  (await inProcess(folder, EventStore, (store) => store.workPackage(FEATURE, id))).result?.lane

describe('conflicts', () => {
  it('are explained once, by the command that meets them, and stay on the board until they are decided', async () => {
    const { ours } = await fork(move('doing'), move('rejected'))

    const met = await status(ours)
    expect(met.result.features[0]?.conflicts).toMatchObject([
      {
        register: 'status',
        events: [
          { actor: 'ada', value: 'doing' },
          { actor: 'bob', value: 'rejected' },
        ],
        open: true,
      },
    ])
    expect(met.warnings.filter((text) => text.includes('WP01'))).toEqual([
      expect.stringMatching(/doing \(ada\) and rejected \(bob\)\. rejected wins \(last writer\)\./),
    ])

    const again = await status(ours)
    expect(again.result.features[0]?.conflicts).toHaveLength(1)
    expect(again.warnings).toEqual([])
  })

  it('are not explained again when a merge has rewritten the log they are in', async () => {
    const { ours } = await fork(move('doing'), move('rejected'))
    await status(ours)
    for (const { name } of (await inProcess(ours, EventLog, async (log) => log.list())).result) {
      const path = join(ours, '.kittify', 'events', name)
      const lines = readFileSync(path, 'utf8').trimEnd().split('\n')
      writeFileSync(path, `${lines.reverse().join('\n')}\n`)
    }
    const later = await status(ours)
    expect(later.result.features[0]?.conflicts).toHaveLength(1)
    expect(later.warnings).toEqual([])
  })

  it('explain once more how they were settled, here and in a clone that has met neither', async () => {
    const { ours, other, first } = await fork(move('doing'), move('rejected'))
    const resolved = await resolve(ours, first)
    expect(resolved.warnings.at(-1)).toMatch(/settled by cyd: doing/)
    expect((await status(ours)).warnings).toEqual([])

    commitLog(ours)
    pullFrom(other, ours)
    const there = await status(other)
    expect(there.warnings).toEqual([
      expect.stringMatching(/doing \(ada\) and rejected \(bob\), settled by cyd: doing\./),
    ])
    expect(there.result.features[0]?.conflicts).toEqual([])
    expect((await status(other)).warnings).toEqual([])
  })

  it('are told again, once, by an index that was deleted, as far as they are open', async () => {
    const { ours, first } = await fork(move('doing'), move('rejected'))
    await emit(ours, 'ada', move('for_review', 'WP03'))
    const forget = () => {
      rmSync(join(ours, '.kittify/events/index.db'))
    }
    forget()
    expect((await status(ours)).warnings).toHaveLength(1)
    expect((await status(ours)).warnings).toEqual([])
    await resolve(ours, first)
    forget()
    expect((await status(ours)).warnings).toEqual([])
  })

  it('are found in the same way, no matter which side merged the other', async () => {
    const { ours, other } = await fork(move('doing'), move('rejected'))
    pullFrom(other, ours)
    expect(await list(other)).toEqual(await list(ours))
  })

  it('name the write to keep by its actor, its value, or six characters of its event', async () => {
    for (const name of ['ada', 'doing', 'end']) {
      const { ours, first } = await fork(move('doing'), move('rejected'))
      const { result } = await resolve(ours, name === 'end' ? first.slice(-6).toLowerCase() : name)
      expect(result).toMatchObject({ kept: first, value: 'doing' })
    }
  })

  it('refuse a name of several of their writes, and list the writes', async () => {
    const { ours, first, second } = await fork(move('doing'), move('doing'))
    const refusal = await rejectionOf(resolve(ours, 'doing'))
    expect(refusal).toMatchObject({ kind: 'UsageError', message: expect.stringContaining('several') })
    expect(stepsOf(refusal)).toEqual([
      expect.stringContaining(`--keep ${first}`),
      expect.stringContaining(`--keep ${second}`),
    ])
  })

  it('given one of its writes to keep, write it once more on top of both, and are history', async () => {
    const { ours, first, second } = await fork(move('doing'), move('rejected'))
    const { result } = await resolve(ours, first)
    expect(result).toMatchObject({ entity_id: 'WP01', register: 'status', kept: first, value: 'doing' })
    expect(result.event.parents).toEqual(expect.arrayContaining([first, second]))
    expect(result.event.payload).toMatchObject({ old_status: 'rejected', new_status: 'doing', force: true })
    expect(await laneOf(ours)).toBe('doing')
    expect(await list(ours)).toEqual([])
    expect(await list(ours, true)).toMatchObject([{ register: 'status', open: false }])
    const [shown] = (await inProcess(ours, Conflicts, (service) => service.show(FEATURE, 'WP01'))).result
    expect(shown?.settled_by?.event_id).toBe(result.event.event_id)
    expect(shown?.events.map((write) => write.parents?.length)).toEqual([1, 1])
  })

  it('over a subtask, a gate, the definition of a package or of a feature are decided in the same way', async () => {
    const subtask = (done: boolean): NewEvent => {
      const payload = { feature_slug: FEATURE, work_package_id: 'WP01', subtask_id: 'T001', done }
      return { event_type: 'SubtaskCompleted', entity_id: 'WP01', entity_type: 'WorkPackage', payload }
    }
    const definition = (title: string): NewEvent => {
      const payload = {
        feature_slug: FEATURE,
        work_package_id: 'WP03',
        title,
        dependencies: [],
        subtasks: ['T003'],
      }
      return { event_type: 'WPCreated', entity_id: 'WP03', entity_type: 'WorkPackage', payload }
    }
    const gate = (new_status: string): NewEvent => {
      const payload = { feature_slug: FEATURE, gate_id: 'G1', old_status: 'pending', new_status }
      return { event_type: 'GateResultChanged', entity_id: 'G1', entity_type: 'Gate', payload }
    }
    const spec = (title: string): NewEvent => {
      const payload = { feature_slug: FEATURE, title, mission: 'm', created_by: 'x' }
      return { event_type: 'SpecCreated', entity_id: FEATURE, entity_type: 'FeatureSpec', payload }
    }
    const payload = { feature_slug: FEATURE, work_package_id: 'WP02', gate_id: 'G1', gate_type: 'CI' }
    const ours = await project()
    await emit(ours, 'ada', { event_type: 'GateCreated', entity_id: 'G1', entity_type: 'Gate', payload })
    commitLog(ours)
    const other = await cloneOf(ours)
    const { result: first } = await emit(
      ours,
      'ada',
      subtask(true),
      gate('passed'),
      definition('One'),
      spec('One'),
    )
    await emit(other, 'bob', subtask(false), gate('failed'), definition('Two'), spec('Two'))
    commitLog(other)
    commitLog(ours)
    pullFrom(ours, other)

    const open = await list(ours)
    expect(open.map((conflict) => conflict.register).sort()).toEqual([
      'definition',
      'gate:G1',
      'subtask:T001',
      'title',
    ])
    expect((await status(ours)).result.features[0]?.conflicts).toEqual(open)
    const entities = ['WP01', 'WP02', 'WP03', FEATURE]
    for (const [at, entity] of entities.entries()) await resolve(ours, first[at] ?? '', entity)
    expect(await list(ours)).toEqual([])

    const states = (await inProcess(ours, EventStore, (store) => store.workPackages())).result
    expect(states[0]?.subtasks).toMatchObject([{ id: 'T001', done: true }])
    expect(states[1]?.gates).toMatchObject([{ gate_id: 'G1', status: 'passed' }])
    expect(states[2]?.title).toBe('One')
    expect((await inProcess(ours, EventStore, (store) => store.features())).result).toMatchObject([
      { title: 'One' },
    ])
  })

  it('are settled by any later move too, since it has seen both sides', async () => {
    const { ours } = await fork(move('doing'), move('rejected'))
    const moved = await emit(ours, 'ada', move('planned', 'WP01', 'rejected'))
    expect(moved.warnings.at(-1)).toMatch(/settled by ada: planned/)
    expect(await list(ours)).toEqual([])
  })

  it('refuse a write that is not in question, another register, and a second decision', async () => {
    const { ours, first, second } = await fork(move('doing'), move('rejected'))
    const strange = await rejectionOf(resolve(ours, '01ARZ3NDEKTSV4RRFFQ69G5FAV'))
    expect(strange).toMatchObject({
      kind: 'UsageError',
      context: { choices: [{ event_id: first }, { event_id: second }] },
    })
    expect((await rejectionOf(resolve(ours, first, 'WP01', 'definition'))).message).toMatch(/wrote status/)
    await resolve(ours, first)
    const late = await rejectionOf(resolve(ours, second))
    expect(late).toMatchObject({ kind: 'LostRace' })
    expect(late.message).toMatch(/settled by cyd/)
  })

  it('are not found where both wrote the same', async () => {
    const { ours } = await fork(move('rejected'), move('rejected'))
    expect((await status(ours)).warnings.filter((text) => text.includes('WP01'))).toEqual([])
    expect(await list(ours, true)).toEqual([])
  })

  it('are found where two people claimed one package, and leave it with the one who is kept', async () => {
    const { ours, first } = await fork(move('doing'), move('doing'))
    expect(await list(ours)).toMatchObject([
      { register: 'status', events: [{ holder: { actor: 'ada' } }, { holder: { actor: 'bob' } }] },
    ])
    await resolve(ours, first)
    expect(await list(ours)).toEqual([])
    const state = (await inProcess(ours, EventStore, (store) => store.workPackage(FEATURE, 'WP01'))).result
    expect(state).toMatchObject({ lane: 'doing', lane_actor: 'ada' })
  })

  it('of more heads than an event may name are joined before it, and the command answers with its own event', async () => {
    const ours = await project()
    const { result: base } = await emit(ours, 'ada', move('doing'))
    const log = await inProcess(ours, EventLog, async (service) => {
      const { parseEvent } = await import('../../src/core/events-lib.js')
      const ids = Array.from(
        { length: 1500 },
        (_, at) => `01ARZ3NDEKTSV4RRFFQ6${String(100_000 + at).padStart(6, '0')}`,
      )
      const events = ids.map((event_id, at) => {
        const read = parseEvent({
          event_id,
          event_type: 'NoteAdded',
          event_version: 1,
          lamport_clock: 50,
          entity_id: 'WP01',
          entity_type: 'WorkPackage',
          timestamp: new Date().toISOString(),
          actor: 'eve',
          causation_id: null,
          correlation_id: null,
          payload: { feature_slug: FEATURE, text: String(at) },
          parents: base,
        })
        if (!read.ok) throw new Error(read.problem.message)
        return read.event
      })
      service.append(events)
      return events.length
    })
    expect(log.result).toBe(1500)
    const { result: answer } = await emit(ours, 'ada', move('for_review', 'WP01', 'doing'))
    expect(answer).toHaveLength(1)
    await emit(ours, 'ada', move('done', 'WP01', 'for_review'))
    const state = (await inProcess(ours, EventStore, (store) => store.workPackage(FEATURE, 'WP01'))).result
    expect(state?.lane).toBe('done')
    expect(Object.values(state?.heads ?? {}).flat()).toHaveLength(1)
  })
})
