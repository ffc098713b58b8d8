import { beforeEach, describe, expect, it } from 'vitest'
import { fold, type LogEvent } from '../../../src/core/events-lib.js'
import { catchUp } from '../../../src/core/index/ingest/catch-up.js'
import type { ConflictResolution } from '../../../src/core/index/ingest/conflict-resolution.js'
import { note, ulid } from '../../support/events.js'
import { PlainLog } from '../../support/plain-log.js'

const FEATURE = '001-login'
const event = (
  seed: number,
  event_type: string,
  parents: readonly number[],
  payload: Readonly<Record<string, unknown>>,
  changes: Readonly<Record<string, unknown>> = {},
): LogEvent =>
  note(seed, {
    event_type,
    parents: parents.map(ulid),
    payload: { feature_slug: FEATURE, ...payload },
    ...changes,
  })
const move = (seed: number, parents: readonly number[], from: string, to: string, id = 'WP01'): LogEvent =>
  event(seed, 'WPStatusChanged', parents, { old_status: from, new_status: to }, { entity_id: id })
const spec = (seed: number, parents: readonly number[], title: string): LogEvent =>
  event(
    seed,
    'SpecCreated',
    parents,
    { title, mission: 'software-dev', created_by: 'ada' },
    { entity_type: 'FeatureSpec', entity_id: FEATURE },
  )
const told = (resolutions: readonly ConflictResolution[]): unknown[] =>
  resolutions.map(({ conflict, settledBy }) => [
    conflict.entity_id,
    conflict.register,
    conflict.open ? 'open' : 'settled',
    settledBy?.event_id,
  ])

const FIRST = note(1, { parents: [] })
const [DOING, REVIEW] = [move(2, [1], 'planned', 'doing'), move(3, [1], 'planned', 'for_review')]
const SETTLER = move(4, [2, 3], 'for_review', 'done')
const OPEN = ['WP01', 'status', 'open', undefined]
const SETTLED = ['WP01', 'status', 'settled', ulid(4)]

describe('the conflicts that a catch-up tells of', () => {
  let made: PlainLog
  const read = async (...events: LogEvent[]): Promise<unknown[]> => {
    made.log.append(events)
    return told((await catchUp(made.log, made.index)).resolutions)
  }

  beforeEach(() => {
    made = new PlainLog()
  })

  it('are none in a history that is linear', async () => {
    expect(await read(FIRST, DOING, move(3, [2], 'doing', 'for_review'))).toEqual([])
  })

  it('are told when they come up, and once more when they are settled', async () => {
    expect(await read(FIRST, DOING)).toEqual([])
    expect(await read(REVIEW)).toEqual([OPEN])
    expect(await read(note(5, { parents: [ulid(2), ulid(3)] }))).toEqual([])
    expect(await read(move(6, [5], 'for_review', 'done'))).toEqual([['WP01', 'status', 'settled', ulid(6)]])
    expect(await read(note(7, { parents: [ulid(6)] }))).toEqual([])
  })

  it('are told as settled when both come with what settles them', async () => {
    await read(FIRST)
    expect(await read(DOING, REVIEW, SETTLER)).toEqual([SETTLED])
    expect((await made.index.workPackages())[0]).toEqual(fold([FIRST, DOING, REVIEW, SETTLER]))
  })

  it('are told when only what settles them comes', async () => {
    await read(FIRST, DOING, REVIEW)
    expect(await read(SETTLER)).toEqual([SETTLED])
  })

  it('are the open ones of a log that is read for the first time, not its history', async () => {
    const other = [
      note(11, { entity_id: 'WP02', parents: [] }),
      move(12, [11], 'planned', 'doing', 'WP02'),
      move(13, [11], 'planned', 'for_review', 'WP02'),
    ]
    expect(await read(FIRST, DOING, REVIEW, SETTLER, ...other)).toEqual([
      ['WP02', 'status', 'open', undefined],
    ])
  })

  it('are told once each for two that one event settles one after the other', async () => {
    await read(FIRST, DOING, REVIEW)
    const tick = (seed: number, parents: readonly number[], done: boolean): LogEvent =>
      event(seed, 'SubtaskCompleted', parents, { work_package_id: 'WP01', subtask_id: 'T1', done })
    const met = await read(tick(4, [2, 3], true), tick(5, [2, 3], false))
    expect(met).toEqual([['WP01', 'subtask:T1', 'open', undefined]])
    expect(await read(tick(6, [4, 5], true), move(7, [6], 'for_review', 'done'))).toEqual([
      ['WP01', 'subtask:T1', 'settled', ulid(6)],
      ['WP01', 'status', 'settled', ulid(7)],
    ])
  })

  it('are also those over the definition of a feature', async () => {
    await read(spec(1, [], 'Log in'))
    expect(await read(spec(2, [1], 'Sign in'), spec(3, [1], 'Enter'))).toEqual([
      [FEATURE, 'definition', 'open', undefined],
    ])
    expect(await made.index.features()).toMatchObject([{ title: 'Enter' }])
  })
})
