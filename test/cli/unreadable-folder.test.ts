import { spawnSync } from 'node:child_process'
import { chmodSync, chownSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { POSIX } from '../support/posix.js'
import { PROGRAM } from '../support/program.js'
import { tempFolder } from '../support/temp-folder.js'

/** In no list of users: root reads every folder. */
const SOMEONE = 54_321
const user = process.getuid?.() === 0 ? { uid: SOMEONE, gid: SOMEONE } : {}

function run(cwd: string, program: string, args: readonly string[]) {
  const env = { PATH: process.env['PATH'], GIT_CONFIG_GLOBAL: '/dev/null', KITTY_ACTOR: 'ada' }
  const { status, stdout, stderr } = spawnSync(program, args, { ...user, cwd, env, encoding: 'utf8' })
  return { code: status, stdout, stderr }
}

const kitty = (root: string, ...args: readonly string[]) => run(root, process.execPath, [PROGRAM, ...args])

describe.runIf(POSIX).each([
  ['packages', 'kitty-specs/001-login/tasks'],
  ['a feature', 'kitty-specs/001-login'],
])('the folder of %s that this user may not read', (_, folder) => {
  let root: string
  beforeEach(() => {
    const above = tempFolder()
    chmodSync(above, 0o755)
    root = join(above, 'repository')
    mkdirSync(root)
    if (user.uid !== undefined) chownSync(root, SOMEONE, SOMEONE)
    run(root, 'git', ['init', '--quiet', '--initial-branch=main'])
    for (const args of [['init'], ['agent', 'feature', 'setup-spec', 'login'], ['new', 'First']])
      expect(kitty(root, ...args), args.join(' ')).toMatchObject({ code: 0 })
    writeFileSync(join(root, 'tasks.csv'), 'title\nSecond\n')
    chmodSync(join(root, folder), 0)
  })
  afterEach(() => {
    chmodSync(join(root, folder), 0o755)
  })

  it('is not taken for an empty one: the board marks its packages, and offers none', () => {
    const { code, stdout } = kitty(root, 'status')
    expect(code).toBe(0)
    expect(stdout).toMatch(/mark .* WP01 .*unreadable .*\btasks was not readable: permission denied/)
    expect(stdout).not.toContain('its file is gone')
    expect(kitty(root, 'ready').stdout).not.toContain('WP01')
  })

  it.each([
    ['sync', '001'],
    ['move', 'WP01', 'doing'],
    ['edit', 'WP01', '--title', 'Second'],
    ['new', 'Second'],
    ['import', 'csv', 'tasks.csv', '--feature', '001', '--source', 'shop'],
  ])('keeps %s %s from an answer that no one can give', (...args) => {
    const { code, stderr } = kitty(root, ...args)
    expect(code).not.toBe(0)
    expect(stderr).toContain('was not readable: permission denied')
  })

  it('is named by sync --check, which does not say that all is the same', () => {
    const { stdout } = kitty(root, 'sync', '--check')
    expect(stdout).toContain('was not readable: permission denied')
    expect(stdout).toContain('The other files and the log say the same.')
  })

  it('keeps sync of everything from a success, and is named by doctor', () => {
    expect(kitty(root, 'sync')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('was not readable: permission denied') as string,
    })
    expect(kitty(root, 'doctor').stdout).toMatch(/failed definitions .*was not readable: permission denied/)
  })
})
