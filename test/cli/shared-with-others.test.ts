import { spawnSync } from 'node:child_process'
import { chmodSync, chownSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { definitionSource, lines, PluginHome, WITH_DEFINITION } from '../support/plugin-home.js'
import { PROGRAM } from '../support/program.js'
import { tempFolder } from '../support/temp-folder.js'

const ROOT = process.getuid?.() === 0
/** In no list of users. */
const [ADA, BOB, GROUP] = [54_321, 54_322, 54_400]

if (!ROOT) process.stderr.write('skipped: to run as two users takes root\n')

interface As {
  readonly uid: number
  readonly umask: string
  readonly env?: Readonly<Record<string, string>>
}

/** Runs a program as a user of the group who trusts every repository, and who has no name and no home. */
function runAs({ uid, umask, env = {} }: As, cwd: string, ...command: readonly string[]) {
  const { status, stdout, stderr } = spawnSync('sh', ['-c', `umask ${umask}; exec "$@"`, 'sh', ...command], {
    cwd,
    uid,
    gid: GROUP,
    env: {
      PATH: process.env['PATH'],
      KITTY_ACTOR: `user-${uid}`,
      GIT_CONFIG_COUNT: '3',
      GIT_CONFIG_KEY_0: 'safe.directory',
      GIT_CONFIG_VALUE_0: '*',
      GIT_CONFIG_KEY_1: 'user.name',
      GIT_CONFIG_VALUE_1: 'Someone',
      GIT_CONFIG_KEY_2: 'user.email',
      GIT_CONFIG_VALUE_2: 'someone@example.org',
      ...env,
    },
    encoding: 'utf8',
    input: '',
  })
  return { code: status, stdout, stderr }
}

function kittyAs(as: As, cwd: string, ...args: readonly string[]) {
  return runAs(as, cwd, process.execPath, PROGRAM, ...args)
}

/** A repository of Ada's with a feature of two packages, all of it committed. */
function repository(ada: As, ...options: readonly string[]): string {
  const folder = tempFolder()
  chmodSync(folder, 0o755)
  const root = join(folder, 'repository')
  mkdirSync(root)
  chownSync(root, ada.uid, GROUP)
  chmodSync(root, 0o2775)
  expect(runAs(ada, root, 'git', 'init', '--quiet', '--initial-branch=main', ...options, '.').code).toBe(0)
  for (const args of [
    ['init'],
    ['agent', 'feature', 'setup-spec', 'login'],
    ['new', 'First'],
    ['new', 'Second'],
    ['commit'],
  ])
    expect(kittyAs(ada, root, ...args), args.join(' ')).toMatchObject({ code: 0 })
  return root
}

/** What Bob’s group cannot both read and write, but for what is replaced by a new file with each change. */
function closedToTheGroup(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter(({ name }) => name !== 'clock.json')
    .map(({ parentPath, name }) => join(parentPath, name))
    .filter((path) => (statSync(path).mode & 0o060) !== 0o060)
}

describe.runIf(ROOT)('a repository that core.sharedRepository gives to a group', () => {
  it.each(['022', '077'])('is written by its users in turn, with umask %s', (umask) => {
    const [ada, bob] = [ADA, BOB].map((uid): As => ({ uid, umask })) as [As, As]
    const root = repository(ada, '--shared=group')
    for (const [at, as] of [bob, ada].entries())
      for (const args of [
        ['status'],
        ['note', 'WP01', `note ${at}`],
        ['new', `More ${at}`],
        // Under a stricter umask, git itself keeps a worktree's folder to its maker.
        ...(umask === '022' ? [['implement', `WP0${at + 2}`]] : []),
      ])
        expect(kittyAs(as, root, ...args), args.join(' ')).toMatchObject({ code: 0, stderr: '' })
    // A refusal writes a record for the group as well.
    for (const as of [ada, bob])
      expect(kittyAs(as, root, 'agent', 'tasks', 'move-task', 'WP01', '--to', 'done')).toMatchObject({
        code: 1,
        stderr: expect.not.stringContaining('Error records') as string,
      })
    expect([join(root, '.git', 'kitty'), join(root, '.kittify')].flatMap(closedToTheGroup)).toEqual([])
  })
})

describe.runIf(ROOT)("a plugin's hook in such a repository", () => {
  it.each(['022', '077'])("is told of every user's events, with umask %s", (umask) => {
    const root = repository({ uid: ADA, umask }, '--shared=group')
    const told = join(tempFolder(), 'told')
    chmodSync(dirname(told), 0o777)
    writeFileSync(told, '')
    chmodSync(told, 0o666)
    const tell = `appendFileSync(${JSON.stringify(told)}, events.map(({ actor }) => actor + '\\n').join(''))`
    for (const uid of [ADA, BOB, ADA]) {
      const home = new PluginHome()
      const hooks = `[{ name: 'tell', handle(events) { ${tell} } }]`
      home.add('kitty-plugin-teller', { 'plugin.js': definitionSource('teller', { hooks }) }, WITH_DEFINITION)
      spawnSync('chown', ['-R', `${uid}:${GROUP}`, home.folder])
      const env = { KITTY_DATA_DIR: home.folder }
      expect(kittyAs({ uid, umask, env }, root, 'note', 'WP01', 'x')).toMatchObject({ code: 0, stderr: '' })
    }
    expect(lines(told)).toEqual([`user-${ADA}`, `user-${BOB}`, `user-${ADA}`])
    expect(closedToTheGroup(join(root, '.git', 'kitty', 'hooks'))).toEqual([])
  })
})

describe.runIf(ROOT)('a repository that another user may only read', () => {
  it('shows its board, with a warning about what could not be read, and refuses to write by its owner', () => {
    const root = repository({ uid: ADA, umask: '022' })
    const bob: As = { uid: BOB, umask: '022' }
    for (const args of [['status'], ['list'], ['agent', 'workspaces', 'list'], ['prime']]) {
      const { code, stderr } = kittyAs(bob, root, ...args)
      expect(code, `${args.join(' ')}: ${stderr}`).toBe(0)
      expect(stderr).toContain('permission denied')
      // It is not SQLite that is missing.
      expect(stderr).not.toContain('install')
    }
    expect(kittyAs(bob, root, 'note', 'WP01', 'x')).toMatchObject({
      code: 3,
      stderr: expect.stringContaining(`belongs to the user with the ID ${ADA}`) as string,
    })
  })

  it('is examined by doctor check by check: one that could not look is a finding', () => {
    const root = repository({ uid: ADA, umask: '022' })
    const { stdout } = kittyAs({ uid: BOB, umask: '022' }, root, 'doctor', '--json')
    const { checks } = JSON.parse(stdout) as { checks: { name: string; ok: boolean; message: string }[] } // doctor's document
    expect(checks.find(({ name }) => name === 'archive')).toMatchObject({
      ok: false,
      message: expect.stringContaining('permission denied') as string,
    })
    expect(checks.at(-1)).not.toMatchObject({ name: 'archive' })
  })
})
