import { spawnSync } from 'node:child_process'
import { chmodSync, chownSync, mkdirSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { POSIX } from '../support/posix.js'
import { PROGRAM } from '../support/program.js'
import { sharedFolder, tempFolder } from '../support/temp-folder.js'
import { gitIn } from '../support/temp-repository.js'

/** In no list of users. */
const NAMELESS = 54_321
const ROOT = process.getuid?.() === 0
/** Every kind of command: without a repository, reading, writing, asking git, oclif's help and its plugins. */
const COMMANDS = [
  ['--version'],
  ['init'],
  ['agent', 'feature', 'setup-spec', 'login', '--actor', 'ada'],
  ['status'],
  ['agent', 'tasks', 'list'],
  ['doctor'],
  ['agent', 'events', 'verify'],
  ['agent', 'errors', 'list'],
  ['agent', 'workspaces', 'list'],
  ['agent', 'conflicts', 'list'],
  ['autocomplete', 'bash'],
  ['plugins'],
  ['--help'],
  ['watch', '--help'],
] as const

if (!ROOT) process.stderr.write('skipped: to run as a user id without a name takes root\n')

function run(cwd: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [PROGRAM, ...args], {
    cwd,
    uid: NAMELESS,
    gid: NAMELESS,
    env: { PATH: process.env['PATH'], ...env },
    encoding: 'utf8',
    input: '',
  })
  return { code: status, stdout, stderr }
}

function give(path: string, mode: (isFolder: boolean) => number): void {
  for (const entry of readdirSync(path, { withFileTypes: true, recursive: true })) {
    const one = join(entry.parentPath, entry.name)
    chownSync(one, NAMELESS, NAMELESS)
    chmodSync(one, mode(entry.isDirectory()))
  }
  chownSync(path, NAMELESS, NAMELESS)
  chmodSync(path, mode(true))
}

function repository(folder = tempFolder()): string {
  const root = join(folder, 'repository')
  mkdirSync(root)
  chmodSync(dirname(root), 0o755)
  gitIn(root, 'init', '--quiet', '--initial-branch=main')
  give(root, (isFolder) => (isFolder ? 0o755 : 0o644))
  return root
}

describe.runIf(ROOT)('a user id without a name', () => {
  let root = ''
  beforeAll(() => {
    root = repository(sharedFolder())
    expect(run(root, ['init']).code).toBe(0)
  })

  it.each([
    ['HOME and SHELL', {}],
    ['SHELL, with a HOME that is there', { HOME: '/' }],
    ['HOME, with a SHELL', { SHELL: '/bin/sh' }],
  ])('runs every command without %s', (_, env) => {
    for (const args of COMMANDS) {
      const ran = run(root, args, { KITTY_ACTOR: 'ada', XDG_DATA_HOME: '/nonexistent', ...env })
      expect(`${ran.stdout}${ran.stderr}`, args.join(' ')).not.toMatch(/does not know|uv_os|passwd/)
      expect(ran.code, `${args.join(' ')}: ${ran.stderr}`).toBe(0)
    }
  })

  it('is asked for a name where one goes into the log', () => {
    const ran = run(root, ['agent', 'feature', 'setup-spec', 'other', '--json'])
    expect(JSON.parse(ran.stdout)).toMatchObject({
      error: {
        kind: 'UsageError',
        next_steps: [{ text: '--actor NAME', argv: null }, { text: expect.stringContaining('KITTY_ACTOR') }],
      },
    })
  })

  it('reads from the modules as from the bundle', () => {
    expect(run(root, ['status'], { KITTY_PLAIN: '1' })).toMatchObject({ code: 0, stderr: '' })
  })
})

describe.runIf(ROOT)('a work tree and a home that cannot be written', () => {
  it('are read, and what would write is refused by what is in the way', () => {
    const root = repository()
    const home = tempFolder()
    chmodSync(home, 0o555)
    expect(run(root, ['init']).code).toBe(0)
    expect(run(root, ['agent', 'feature', 'setup-spec', 'login', '--actor', 'ada']).code).toBe(0)
    give(root, (isFolder) => (isFolder ? 0o555 : 0o444))
    const env = { HOME: home, KITTY_ACTOR: 'ada' }
    for (const args of [['status'], ['agent', 'tasks', 'list'], ['agent', 'events', 'verify']]) {
      const ran = run(root, args, env)
      expect(ran.code, `${args.join(' ')}: ${ran.stderr}`).toBe(0)
      expect(ran.stderr).toContain('cannot be written by this user (EACCES)')
    }
    for (const args of [
      ['agent', 'feature', 'setup-spec', 'other'],
      ['implement', 'WP01'],
    ]) {
      const ran = run(root, [...args, '--json'], env)
      expect(JSON.parse(ran.stdout), args.join(' ')).not.toMatchObject({ error: { kind: 'InternalError' } })
      expect(ran.code, args.join(' ')).not.toBe(0)
    }
    const doctor = run(root, ['doctor', '--json'], env)
    const { checks } = JSON.parse(doctor.stdout) as { checks: { name: string; ok: boolean }[] } // doctor's document
    expect(checks.filter(({ ok }) => !ok).map(({ name }) => name)).toEqual([
      'write-access',
      'error-records',
      'write-lock',
    ])
  })

  it('say that they are read-only where there is nothing yet', () => {
    const root = repository()
    chmodSync(root, 0o555)
    const ran = run(root, ['init', '--json'])
    expect(ran.code).toBe(3)
    expect(JSON.parse(ran.stdout)).toMatchObject({
      error: { kind: 'NotWritable', message: expect.stringContaining('read-only') },
    })
  })
})

describe.runIf(POSIX)('a current folder that is gone', () => {
  it.each([['status'], ['note', 'WP01', 'x'], ['doctor']])('is named by kitty %s, once', (...args) => {
    const [base, folder] = [tempFolder(), tempFolder()]
    const script = 'rmdir "$PWD" && exec "$@"'
    for (const json of [[], ['--json']]) {
      const at = join(folder, `gone-${json.length}`)
      mkdirSync(at)
      const ran = spawnSync('sh', ['-c', script, 'sh', process.execPath, PROGRAM, ...args, ...json], {
        cwd: at,
        env: { PATH: process.env['PATH'], HOME: base, KITTY_ACTOR: 'ada' },
        encoding: 'utf8',
        input: '',
      })
      const says = json.length === 0 ? ran.stderr : ran.stdout
      expect(ran.status, says).toBe(5)
      expect(says.match(/The current folder is gone[.]/g)).toHaveLength(1)
    }
  })
})
