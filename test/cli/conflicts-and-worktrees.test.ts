import { describe, expect, it } from 'vitest'
import { cloneOf, commitLog, emit, FEATURE, kitty, move, project, pullFrom } from '../support/kitty.js'

const AS_CYD = { KITTY_ACTOR: 'cyd' }
const EVENT_KEYS = [
  'actor',
  'causation_id',
  'correlation_id',
  'entity_id',
  'entity_type',
  'event_id',
  'event_type',
  'event_version',
  'lamport_clock',
  'parents',
  'payload',
  'timestamp',
]

async function fork(): Promise<{ folder: string; first: string; second: string }> {
  const folder = await project()
  const other = await cloneOf(folder)
  const [first = ''] = (await emit(folder, 'ada', move('doing'))).result
  const [second = ''] = (await emit(other, 'bob', move('rejected'))).result
  commitLog(folder)
  commitLog(other)
  pullFrom(folder, other)
  return { folder, first, second }
}

describe('the built program', () => {
  it('lists, shows and resolves a conflict, one JSON document each, explained on stderr by the first alone', async () => {
    const { folder, first, second } = await fork()
    const listed = await kitty(folder, ['agent', 'conflicts', 'list'])
    expect(listed).toMatchObject({ code: 0 })
    expect(listed.stdout).toMatch(
      new RegExp(`${FEATURE} +WP01 +status +open +last_writer_wins +no +${first} +ada +doing`),
    )
    expect(listed.stderr).toMatch(/WP01 \(001-login\): two concurrent status changes, .* rejected wins/)

    const board = await kitty(folder, ['status'])
    expect(board.stdout).toMatch(
      /conflict +001-login +WP01 +status .*doing by ada.*rejected by bob \(wins\).*open/,
    )
    expect(board.stderr).toBe('')

    const shown = await kitty(folder, ['agent', 'conflicts', 'show', 'wp1', '--json'])
    expect(shown.stderr).toBe('')
    expect(shown.json()).toMatchObject({
      feature: FEATURE,
      entity_id: 'WP01',
      conflicts: [
        {
          feature: FEATURE,
          entity_id: 'WP01',
          register: 'status',
          events: [
            { event_id: first, actor: 'ada', value: 'doing', parents: [expect.any(String)] },
            { event_id: second, actor: 'bob', value: 'rejected', parents: [expect.any(String)] },
          ],
          winner: second,
          rule: 'last_writer_wins',
          open: true,
          settled_by: null,
        },
      ],
      warnings: [],
    })

    const resolve = ['agent', 'conflicts', 'resolve', 'WP01', '--keep', first, '--json']
    const resolved = await kitty(folder, [...resolve, '--idempotency-key', 'k1'], AS_CYD)
    expect(resolved.code).toBe(0)
    const { event, ...rest } = resolved.json()
    expect(rest).toMatchObject({
      feature: FEATURE,
      entity_id: 'WP01',
      register: 'status',
      value: 'doing',
      kept: first,
    })
    expect(Object.keys(event as object).sort()).toEqual(EVENT_KEYS)
    const repeated = await kitty(folder, [...resolve, '--idempotency-key', 'k1'], AS_CYD)
    expect(repeated.json()['event']).toEqual(event)

    const late = await kitty(folder, resolve, AS_CYD)
    expect(late.code).toBe(6)
    expect(late.json()['error']).toMatchObject({ kind: 'LostRace' })
    expect((await kitty(folder, ['agent', 'conflicts', 'list', '--json'])).json()).toEqual({
      conflicts: [],
      truncated: null,
      warnings: [],
    })
    expect(
      (await kitty(folder, ['agent', 'conflicts', 'list', '--all', '--json'])).json()['conflicts'],
    ).toMatchObject([{ open: false }])
  })

  it('shows the board as it was, previews a merge, and says with exit 2 what it cannot find', async () => {
    const { folder } = await fork()
    const then = await kitty(folder, ['status', '--at', 'HEAD~1', '--feature', '1', '--json'])
    expect(then.json()).toMatchObject({
      features: [{ feature: FEATURE, conflicts: [], lanes: { done: [], rejected: [] } }],
    })
    const preview = await kitty(folder, ['agent', 'merge', 'preview', 'HEAD', '--json'])
    expect(preview.json()).toMatchObject({
      branch: 'HEAD',
      new_events: 0,
      changes: [],
      conflicts: [],
      settled: [],
    })
    for (const args of [
      ['status', '--at', 'nowhere'],
      ['agent', 'merge', 'preview', 'nowhere'],
    ]) {
      const failed = await kitty(folder, [...args, '--json'])
      expect(failed.code).toBe(2)
      expect(Object.keys(failed.json())).toEqual(['error'])
    }
  })

  it('makes, lists and removes a workspace', async () => {
    const folder = await project()
    const made = await kitty(folder, ['implement', 'WP01', '--json'], AS_CYD)
    expect(Object.keys(made.json()).sort()).toEqual([
      'branch',
      'created',
      'events',
      'warnings',
      'workspace_path',
    ])
    const again = await kitty(folder, ['implement', 'WP01'], AS_CYD)
    expect(again.stdout).toContain(`${folder}/.worktrees/${FEATURE}-WP01`)
    const list = await kitty(folder, ['agent', 'workspaces', 'list', '--json'])
    expect(list.json()['workspaces']).toMatchObject([{ work_package: 'WP01', exists: true, stale: [] }])
    const removed = await kitty(folder, ['agent', 'workspaces', 'remove', 'WP01', '--json'], AS_CYD)
    expect(removed.json()).toMatchObject({
      removed: true,
      kept_in: null,
      kept_refs: [],
      branch: `${FEATURE}-WP01`,
    })
  })
})
