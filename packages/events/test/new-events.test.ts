import { describe, expect, it } from 'vitest'
import {
  canExtend,
  checkNew,
  createRegistry,
  decideMove,
  DEFAULT_WORKFLOW,
  evolve,
  fold,
  isFromNewerKitty,
  isKittyEvent,
  mergeLogs,
  parseEvent,
  stubOf,
  type LogEvent,
} from '../src/index.js'
import { event, moved, parsed, rawEvent, ulid } from './support.js'

const registry = createRegistry()
const note = (id: number) => event('NoteAdded', { text: 'hm' }, { id })
const retract = (id: number, of: number, parents?: number[]) =>
  event('NoteRetracted', { note: ulid(of) }, { id, parents })
const used = (id: number, tokens: number, undo?: number) =>
  event('UsageRecorded', { tokens, ...(undo === undefined ? {} : { undo: ulid(undo) }) }, { id })

describe('notes and usage that were taken back', () => {
  it('count no longer, and once however often they were taken back', () => {
    expect(fold([note(1), note(2), retract(3, 1), retract(4, 1)])?.notes).toBe(1)
    expect(fold([used(1, 5), used(2, 7), used(3, -5, 1), used(4, -5, 1)])?.usage.tokens).toBe(7)
  })

  it('count not even where the retraction has the smaller clock', () => {
    expect(fold([note(2), retract(1, 2)])?.notes).toBe(0)
    expect(fold([note(1), retract(2, 9)])?.notes).toBe(1)
  })
})

describe('a tag', () => {
  it('that was removed stays away, also when its addition comes with a greater clock than the removal', () => {
    const removal = event(
      'TagsChanged',
      { added: [], removed: [{ tag: 'red', seen: [ulid(5)] }] },
      { id: 1, parents: [] },
    )
    const addition = event('TagsChanged', { added: ['red', 'blue'], removed: [] }, { id: 5, parents: [1] })
    const state = fold([removal])
    expect(fold([removal, addition])?.tags.map(({ tag }) => tag)).toEqual(['blue'])
    expect(state && canExtend(state, addition)).toBe(false)
    expect(state && evolve(state, addition)).toEqual(fold([removal, addition]))
  })
})

describe('an assignment and links', () => {
  const assigned = (id: number, assignee: string | null, parents?: number[]) =>
    event('Assigned', { work_package_id: 'WP01', assignee }, { id, parents })

  it('is no claim, and is in conflict like any other register', () => {
    expect(fold([assigned(1, 'ada')])).toMatchObject({ assignee: 'ada', lane: 'planned', lane_actor: null })
    expect(fold([assigned(1, 'ada'), assigned(2, null)])?.assignee).toBeNull()
    expect(fold([assigned(1, 'ada', []), assigned(2, 'bob', [])])?.conflicts).toMatchObject([
      { register: 'assignee' },
    ])
  })

  it('are all kept, once per kind and reference', () => {
    const link = (id: number, kind: string, ref: string) =>
      event('LinkAdded', { work_package_id: 'WP01', kind, ref }, { id })
    expect(
      fold([link(1, 'tracker', 'A'), link(2, 'commit', 'A'), link(3, 'tracker', 'A')])?.links,
    ).toHaveLength(2)
  })
})

describe('a move of version 2', () => {
  const payload = { old_status: 'planned', new_status: 'doing' }
  const attached = { evidence: { repos: [{ repo: 'kitty', extra: 1 }] }, review: { verdict: 'ok', score: 3 } }
  const raw = (event_version: number, more: object = {}) => ({
    ...rawEvent('WPStatusChanged', { ...payload, ...more }, { id: 1, parents: [] }),
    event_version,
  })

  it('is written only where it has a key that version 1 lacks', () => {
    const slug = { feature_slug: '001-demo' }
    expect(registry.versionFor('WPStatusChanged', { ...slug, ...payload, session: 's1' })).toBe(1)
    expect(registry.versionFor('WPStatusChanged', { ...slug, ...payload, ...attached })).toBe(2)
    expect(checkNew(raw(1), registry)).toEqual([])
    expect(checkNew(raw(2, attached), registry)).toEqual([])
    expect(checkNew(raw(1, attached), registry).join()).toContain('evidence')
  })

  it('reads as version 1 does, whose events stay what they are', () => {
    for (const version of [1, 2]) {
      const result = parseEvent(raw(version))
      expect(result).toEqual({ ok: true, known: true, event: raw(version) })
      expect(result.ok && fold([result.event])?.lane).toBe('doing')
    }
  })

  it('holds 16 KiB of what others attach to it, and is read with more', () => {
    const large = raw(2, { evidence: { review: 'x'.repeat(17_000) } })
    expect(checkNew(large, registry).join()).toContain('16384 bytes')
    expect(parseEvent(large).ok).toBe(true)
  })
})

describe('an event of a newer kitty', () => {
  const unknown = parsed(rawEvent('WPSplit', { into: 2 }, { id: 2 }))
  const later = parsed({ ...rawEvent('NoteAdded', { words: [] }, { id: 3 }), event_version: 9 })

  it('is told from a plugin\u2019s and from a stub', () => {
    expect([unknown, later].map(isFromNewerKitty)).toEqual([true, true])
    expect(
      [moved('doing'), parsed(rawEvent('x.acme.Poked', {})), stubOf(unknown, 'r')].map(isFromNewerKitty),
    ).toEqual([false, false, false])
  })

  it('keeps its package from being moved, forced or not, and names itself', () => {
    const state = fold([moved('doing', { id: 1 }), unknown, later])
    if (state === undefined) throw new Error('unreachable')
    expect(state.newer_types).toEqual(['NoteAdded', 'WPSplit'])
    for (const force of [false, true]) {
      const decision = decideMove(DEFAULT_WORKFLOW, {
        state,
        to: 'planned',
        actor: 'ada',
        dependencies: [],
        force,
        reason: 'r',
      })
      expect(decision).toMatchObject({ ok: false, refusal: { kind: 'ValidationError' } })
      expect(decision.ok ? '' : decision.refusal.message).toMatch(/newer kitty.*WPSplit/)
    }
  })
})

describe('a redaction', () => {
  const secret = event(
    'WPCreated',
    { work_package_id: 'WP01', title: 'hunter2', dependencies: [], subtasks: [] },
    { id: 1, parents: [] },
  )
  const stub = stubOf(secret, 'a password')

  it('wins over every line of its id, no matter which was read first; of two stubs the smaller line counts', () => {
    const others = [stubOf(secret, 'zzz'), { ...secret, actor: 'aaa' } as LogEvent, secret]
    for (const log of [
      [stub, ...others],
      [...others, stub],
    ])
      expect(mergeLogs(log, [])).toEqual([stub])
  })

  it('may be written, is read, and is interpreted by no one', () => {
    expect(checkNew(stub, registry)).toEqual([])
    expect(parseEvent(stub)).toEqual({ ok: true, event: stub, known: true })
    expect(isKittyEvent(stub)).toBe(false)
    const more = { ...stub, payload: { ...stub.payload, title: 'x' } }
    expect(parseEvent(more).ok).toBe(false)
    const poked = stubOf(parsed(rawEvent('x.acme.Poked', {}, { id: 4 })), 'r')
    expect(parseEvent(poked)).toEqual({ ok: true, event: poked, known: false })
  })

  it('leaves a package that is there and has no title, and every edge of its history', () => {
    const move = moved('doing', { id: 2, parents: [1] })
    expect(fold([secret, stub, move])).toMatchObject({
      created: true,
      title: null,
      lane: 'doing',
      event_count: 2,
      conflicts: [],
    })
    expect(fold([secret, stub, move])?.heads).toEqual({ '001-demo\nWorkPackage\nWP01': [ulid(2)] })
  })

  it('of a move gives the lane back to the move before it', () => {
    const moves = [moved('doing', { id: 1 }), moved('done', { id: 2 })]
    expect(fold([...moves, stubOf(moves[1] as LogEvent, 'r')])).toMatchObject({
      lane: 'doing',
      lane_event: ulid(1),
    })
  })
})

describe('joined heads', () => {
  const joined = event('HeadsJoined', {}, { id: 4, parents: [1, 2] })

  it('are one head, and settle nothing', () => {
    const fork = [
      moved('doing', { id: 1, clock: 1, parents: [] }),
      moved('rejected', { id: 2, clock: 1, parents: [] }),
    ]
    const state = fold([...fork, joined])
    expect(Object.values(state?.heads ?? {})).toEqual([[ulid(4)]])
    expect(state?.conflicts).toHaveLength(1)
    expect(fold([...fork, joined, moved('doing', { id: 5, parents: [4] })])?.conflicts).toEqual([])
  })

  it('belong to no operation', () => {
    expect(checkNew(joined, registry)).toEqual([])
    expect(checkNew({ ...joined, causation_id: 'k' }, registry).join()).toContain('causation_id')
  })
})
