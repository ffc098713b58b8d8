import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { encodeEvent, type LogEvent, parseEvent } from '../../src/core/events-lib.js'
import { replay } from '../../src/core/projections/replay.js'
import {
  by,
  cloneOf,
  commitLog,
  emit,
  FEATURE,
  inProcess,
  kitty,
  move,
  project,
  pullFrom,
} from '../support/kitty.js'
import { rejectionOf, stepsOf } from '../support/kitty-error.js'
import { isDerived, snapshot } from '../support/snapshot.js'
import { gitIn } from '../support/temp-repository.js'
import { RedactEvents } from '../../src/core/services/events/redact-events.js'
import { PastBoard } from '../../src/core/services/board/past-board.js'
import { EventStore } from '../../src/core/store/event-store.js'
import { Status } from '../../src/core/services/board/status.js'
import { EventLog } from '../../src/core/log/event-log.js'

async function lanesAt(folder: string, when: string): Promise<Record<string, string>> {
  const { result } = await inProcess(folder, PastBoard, (service) => service.board(when))
  const packages = result.features.flatMap((feature) => Object.values(feature.lanes).flat())
  return Object.fromEntries(packages.map((one) => [one.work_package, one.lane]))
}

async function moveAt(folder: string, time: string, lane: string, id = 'WP01'): Promise<LogEvent> {
  const work = inProcess(
    folder,
    EventStore,
    async (store) => {
      const [event] = await store.emit([move(lane, id)], by('ada'))
      if (event === undefined) throw new Error('nothing was written')
      return event
    },
    () => new Date(time),
  )
  return (await work).result
}

describe('status --at', () => {
  it.each(['HEAD', '999', '2999-01-01'])('shows no text of a redacted event: %s', async (when) => {
    const folder = await project()
    commitLog(folder)
    const titles = async (): Promise<string[]> => {
      const { result } = await inProcess(folder, PastBoard, (service) => service.board(when))
      return result.features.flatMap((one) =>
        Object.values(one.lanes)
          .flat()
          .map(({ title }) => title),
      )
    }
    const [title = ''] = await titles()
    await inProcess(folder, RedactEvents, async (service) => {
      const created = await service.store.read({ type: 'WPCreated', entity: 'WP01' })
      await service.redact(
        created.map(({ event_id: id }) => id),
        'names a customer',
      )
    })
    expect(await titles()).not.toContain(title)
  })

  it('is the board as it was at a clock value', async () => {
    const folder = await project()
    const doing = await moveAt(folder, '2030-01-01T10:00:00.000Z', 'doing')
    await moveAt(folder, '2030-01-01T11:00:00.000Z', 'for_review')
    expect(await lanesAt(folder, String(doing.lamport_clock - 1))).toMatchObject({ WP01: 'planned' })
    expect(await lanesAt(folder, String(doing.lamport_clock))).toMatchObject({
      WP01: 'doing',
      WP03: 'planned',
    })
    expect(await lanesAt(folder, '999999')).toMatchObject({ WP01: 'for_review' })
    expect(await lanesAt(folder, '0')).toEqual({})
  })

  it('is the board as it was at a time, in any zone, or at the end of a day', async () => {
    const folder = await project()
    await moveAt(folder, '2030-01-01T10:00:00.000Z', 'doing')
    await moveAt(folder, '2030-01-02T11:00:00.000Z', 'for_review')
    expect(await lanesAt(folder, '2030-01-01T09:59:59Z')).toMatchObject({ WP01: 'planned' })
    expect(await lanesAt(folder, '2030-01-01T12:00:00+02:00')).toMatchObject({ WP01: 'doing' })
    expect(await lanesAt(folder, '2030-01-01T11:59:00+02:00')).toMatchObject({ WP01: 'planned' })
    expect(await lanesAt(folder, '2030-01-01')).toMatchObject({ WP01: 'doing' })
    expect(await lanesAt(folder, '2030-01-02')).toMatchObject({ WP01: 'for_review' })
  })

  it('says of a time before the first event that there was nothing, not how to begin', async () => {
    const folder = await project()
    for (const when of ['2001-01-01', '0'])
      expect((await kitty(folder, ['status', '--at', when])).stdout).toContain(
        `There was nothing on the board yet at ${when}.`,
      )
  })

  it('takes what an event had seen for older than it, whatever the watches of their writers say', async () => {
    const folder = await project()
    await moveAt(folder, '2030-01-01T10:00:00.000Z', 'doing')
    await moveAt(folder, '2030-01-01T23:00:00.000Z', 'for_review')
    await moveAt(folder, '2030-01-01T11:00:00.000Z', 'rejected')
    const { result } = await inProcess(folder, PastBoard, (service) => service.board('2030-01-01T12:00:00Z'))
    expect(result.features[0]?.conflicts).toEqual([])
    expect(result.features[0]?.lanes['rejected']).toHaveLength(1)
  })

  it('is the board of a git revision, read without touching index, work tree, refs or log', async () => {
    const folder = await project()
    await moveAt(folder, new Date().toISOString(), 'doing')
    commitLog(folder)
    gitIn(folder, 'tag', 'v1')
    await moveAt(folder, new Date().toISOString(), 'for_review')
    await inProcess(folder, Status, (service) => service.board())
    appendFileSync(join(folder, 'README.md'), 'not committed\n')
    const before = snapshot(folder, isDerived)
    expect(await lanesAt(folder, 'v1')).toMatchObject({ WP01: 'doing', WP03: 'planned' })
    expect(await lanesAt(folder, 'HEAD~1')).toMatchObject({ WP01: 'planned' })
    expect(await lanesAt(folder, gitIn(folder, 'rev-parse', 'HEAD').trim())).toMatchObject({ WP01: 'doing' })
    expect(snapshot(folder, isDerived)).toEqual(before)
  })

  it('reads from git what a merge without a driver left there, and passes over what is no event', async () => {
    const ours = await project()
    const other = await cloneOf(ours)
    const [id] = (await emit(ours, 'ada', move('doing'))).result
    await emit(other, 'bob', move('rejected'))
    commitLog(other)
    commitLog(ours)
    pullFrom(ours, other)
    const day = `.kittify/events/${new Date().toISOString().slice(0, 10)}.jsonl`
    appendFileSync(join(ours, day), '<<<<<<< HEAD\nnot json\n{"event_id":"torn')
    gitIn(ours, 'commit', '--quiet', '--all', '--message', 'damaged')
    const { result, warnings } = await inProcess(ours, PastBoard, (service) => service.board('HEAD'))
    expect(result.features[0]?.conflicts).toMatchObject([{ events: [{ event_id: id }, {}], open: true }])
    expect(warnings.join()).toMatch(/Passed over 2 lines of the log at HEAD .*jsonl:\d+/)
  })

  it('refuses what is neither, saying what there is, and takes no name for an option of git', async () => {
    const folder = await project()
    const marker = join(folder, 'made-by-git')
    for (const when of ['nowhere', '2030-13-45', '2030-02-30', '', `--output=${marker}`, '-h', 'a\0b']) {
      expect((await rejectionOf(lanesAt(folder, when))).kind).toBe('UsageError')
    }
    expect(stepsOf(await rejectionOf(lanesAt(folder, 'nowhere'))).join()).toMatch(/main/)
  })
})

describe('replay', () => {
  it('says what the index says, of the same log', async () => {
    const folder = await project()
    const payload = { feature_slug: FEATURE, work_package_id: 'WP02', gate_id: 'G1', gate_type: 'CI' }
    await emit(folder, 'ada', move('doing'), {
      event_type: 'GateCreated',
      entity_id: 'G1',
      entity_type: 'Gate',
      payload,
    })
    await inProcess(folder, EventLog, async (log) => {
      const poison = parseEvent({
        ...(await lastOf(folder)),
        event_id: '01ARZ3NDEKTSV4RRFFQ69G5FAV',
        lamport_clock: 2 ** 53 - 1,
      })
      if (!poison.ok) throw new Error(poison.problem.message)
      log.append([poison.event])
      expect(encodeEvent(poison.event)).toMatch(/9007199254740991/)
    })
    const { result } = await inProcess(folder, EventStore, async (store) => ({
      events: await store.read(),
      states: await store.workPackages(),
      features: await store.features(),
    }))
    expect(result.events.at(-1)?.lamport_clock).toBe(2 ** 53 - 1)
    const replayed = replay([...result.events].reverse(), {})
    expect(replayed.states).toEqual(result.states)
    expect(replayed.features).toEqual(result.features)
  })
})

async function lastOf(folder: string): Promise<LogEvent> {
  const { result } = await inProcess(folder, EventStore, (store) => store.read({ type: 'WPStatusChanged' }))
  const last = result.at(-1)
  if (last === undefined) throw new Error('the log has no move')
  return last
}
