import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { loggedEvents, logLines } from '../support/log-files.js'
import { LOGIN, preparedRepository } from '../support/prepared-repository.js'
import { writeFeature } from '../support/specs.js'
import { TempRepository } from '../support/temp-repository.js'
import {
  HAS_WINDOWS,
  IS_WHOLE,
  windowsEnvironment,
  windowsKitty,
  windowsKittyOk,
  windowsNode,
} from './support/windows.js'

const EMIT_NOTES = fileURLToPath(new URL('../support/emit-notes.mjs', import.meta.url))

describe.skipIf(!HAS_WINDOWS)('on Windows', () => {
  it('a repository goes from nothing to a reviewed package, and the log has no path of that system', async () => {
    const repository = new TempRepository()
    const cwd = repository.root
    const run = (...args: string[]): Promise<string> => windowsKittyOk({ cwd }, ...args)

    await run('init')
    await run('agent', 'feature', 'setup-spec', '001-login')
    writeFeature(repository, '001-login', LOGIN)
    await run('agent', 'feature', 'finalize-tasks', '--feature', '001-login')
    repository.commitAll('planned')
    await run('implement', 'WP01')
    expect(existsSync(join(cwd, '.worktrees/001-login-WP01/.git'))).toBe(true)
    await run('review', 'WP01')
    await run('done', 'WP01')

    expect(JSON.parse(await run('status', '--json'))).toMatchObject({ warnings: expect.any(Array) })
    expect(await run('status')).toMatch(/WP01\s+done/)
    const workspaces = await run('agent', 'workspaces', 'list', '--json')
    expect(JSON.parse(workspaces)).toMatchObject({
      workspaces: [{ work_package: 'WP01', exists: true, branch: '001-login-WP01', uncommitted: 0 }],
    })
    expect(workspaces).not.toContain('\\')
    expect(logLines(cwd).join('')).not.toContain('\\')
    expect(loggedEvents(cwd).map(({ event_type }) => event_type)).toContain('WorkspaceCreated')

    const doctor = await windowsKitty({ cwd }, 'doctor')
    // The one module that no registry has for Windows.
    const failed = doctor.stdout.split('\n').filter((line) => line.startsWith('failed'))
    expect(failed.map((line) => line.split(/\s+/)[1])).toEqual(['sqlite'])
    expect(doctor.stdout).toMatch(/ok +file-locks/)
    expect(doctor.stdout).toMatch(/ok +worktrees/)
  })

  it('four concurrent processes store every event once', async () => {
    const { root } = await preparedRepository()
    const before = loggedEvents(root).length
    const each = IS_WHOLE ? 25 : 3
    const written = await Promise.all(
      ['ada', 'bob', 'cyd', 'dan'].map((name) => windowsNode({ cwd: root }, EMIT_NOTES, String(each), name)),
    )

    expect(written.map(({ code, stderr }) => [code, stderr])).toEqual(written.map(() => [0, '']))
    const acknowledged = written.flatMap(({ stdout }) => stdout.trim().split(/\r?\n/))
    const notes = loggedEvents(root).slice(before)
    expect(notes.map(({ event_id }) => event_id).sort()).toEqual(acknowledged.sort())
    expect(new Set(notes.map(({ lamport_clock }) => lamport_clock)).size).toBe(4 * each)
  })

  it('git merges two branches of the log with the merge drivers', async () => {
    const repository = await preparedRepository()
    const cwd = repository.root
    await windowsKittyOk({ cwd }, 'init')
    repository.git('checkout', '--quiet', '-b', 'other')
    await windowsKittyOk({ cwd }, 'move', 'WP01', 'doing')
    repository.commitAll('other')
    repository.git('checkout', '--quiet', 'main')
    await windowsKittyOk({ cwd }, 'move', 'WP02', 'doing')
    repository.commitAll('ours')
    const merged = execFileSync('git', ['merge', '--no-edit', 'other'], {
      cwd,
      env: windowsEnvironment(),
      encoding: 'utf8',
    })

    expect(merged).not.toContain('CONFLICT')
    const lines = logLines(cwd)
    expect(new Set(lines).size).toBe(lines.length)
    // In the order of the log, which git's own union does not give.
    const clocks = loggedEvents(cwd).map(({ lamport_clock }) => lamport_clock)
    expect(clocks).toEqual([...clocks].sort((one, other) => one - other))
    const status = await windowsKittyOk({ cwd }, 'status')
    expect(status).toMatch(/WP01\s+doing/)
    expect(status).toMatch(/WP02\s+doing/)
    expect(await windowsKittyOk({ cwd }, 'agent', 'events', 'verify')).toContain('no problems')
  })

  it('PowerShell completes packages and lanes', async () => {
    const { root: cwd } = await preparedRepository()
    expect(await windowsKittyOk({ cwd }, 'autocomplete', 'powershell')).toContain(
      'Register-ArgumentCompleter',
    )
    const words = await windowsKittyOk({ cwd }, 'autocomplete', 'words', '--', 'move', 'WP01', 'd')
    expect(words.match(/^[^\t\r\n]+/gm)).toEqual(['doing', 'done'])
  })
})
