import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { dayFiles, loggedEvents, logLines } from '../support/log-files.js'
import { preparedRepository } from '../support/prepared-repository.js'
import { documentOf, kitty, type Outcome } from '../support/program.js'
import { HAS_WINDOWS, IS_WHOLE, windowsKitty } from './support/windows.js'

/** What happens to each package, one step on each system in turn; the next package begins on the other one. */
const STEPS = [
  ['implement'],
  ['note', 'begun'],
  // The other system asks for the worktree that is there.
  ['implement'],
  ['implement'],
  ['review'],
  ['move', 'doing'],
  ['review'],
  ['done'],
] as const
const PACKAGES = IS_WHOLE ? ['WP01', 'WP02', 'WP03', 'WP04', 'WP05'] : ['WP01']

describe.skipIf(!HAS_WINDOWS)('one repository used by Linux and Windows in turn', () => {
  it(`has one board, each event once, and no path of one system, after ${PACKAGES.length * STEPS.length} steps`, async () => {
    const packages = PACKAGES.map((id) => ({ id }))
    const repository = await preparedRepository({ '001-login': packages })
    const cwd = repository.root
    writeFileSync(join(cwd, '.kittify/config.json'), '{"log": {"files": "per-writer"}}\n')
    repository.commitAll('a file for each writer')
    const on = (turn: number, ...args: string[]): Promise<Outcome> =>
      turn % 2 === 0 ? kitty({ cwd }, ...args) : windowsKitty({ cwd }, ...args)

    for (const [row, id] of PACKAGES.entries()) {
      for (const [at, [word, ...rest]] of STEPS.entries()) {
        const done = await on(row + at, word, id, ...rest)
        expect([word, id, done.code, done.code === 0 ? '' : done.stderr]).toEqual([word, id, 0, ''])
      }
      repository.commitAll(id)
      expect(existsSync(join(cwd, `.worktrees/001-login-${id}/.git`))).toBe(true)
    }

    const boards = await Promise.all([0, 1].map((turn) => on(turn, 'status', '--json')))
    const [linux, windows] = boards.map((board) => ({ ...documentOf(board), warnings: [] }))
    expect(windows).toEqual(linux)
    const events = loggedEvents(cwd)
    const kinds = (id: string): string[] =>
      events.filter(({ entity_id }) => entity_id === id).map(({ event_type }) => event_type)
    for (const id of PACKAGES) {
      // doing, for_review, doing, for_review, done
      expect(kinds(id).filter((kind) => kind === 'WPStatusChanged')).toHaveLength(5)
      expect(kinds(id).filter((kind) => kind === 'WorkspaceCreated')).toHaveLength(1)
      expect(kinds(id).filter((kind) => kind === 'NoteAdded')).toHaveLength(1)
    }
    expect(new Set(events.map(({ event_id }) => event_id)).size).toBe(events.length)
    expect(logLines(cwd).join('')).not.toContain('\\')
    expect(dayFiles(cwd).some((name) => /^\d{4}-\d\d-\d\d\..+\.jsonl$/.test(name))).toBe(true)
    const verified = await kitty({ cwd }, 'agent', 'events', 'verify', '--json')
    expect(JSON.parse(verified.stdout)).toMatchObject({ problems: [] })
  })
})
