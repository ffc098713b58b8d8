import { spawnSync } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { CAN_MAKE_FULL_DEVICES, fullDeviceAt } from '../support/full-device.js'
import { preparedRepository } from '../support/prepared-repository.js'
import {
  failureIn,
  kitty,
  type Outcome,
  PROGRAM,
  programEnvironment,
  type RunOptions,
} from '../support/program.js'
import { tempFolder } from '../support/temp-folder.js'
import { changedPaths, treeOf } from '../support/tree.js'

// A pipe that is full before the program starts: what it could take is there in time.
function withInput({ cwd, env = {} }: RunOptions, input: string, ...args: readonly string[]): Outcome {
  const { status, stdout, stderr } = spawnSync(process.execPath, [PROGRAM, ...args], {
    cwd,
    input,
    encoding: 'utf8',
    env: { ...programEnvironment(), ...env },
  })
  return { code: status, stdout, stderr }
}

describe('an argument that is not typed', () => {
  it('is not taken from stdin where the command can do without it', async () => {
    const { root } = await preparedRepository()
    for (const args of [
      ['log'],
      ['agent', 'gates', 'list'],
      ['agent', 'events', 'audit'],
      ['sync', '--check'],
    ]) {
      const input = withInput({ cwd: root }, 'nowhere\nat all\n', ...args)
      expect(input, args.join(' ')).toEqual(await kitty({ cwd: root }, ...args))
    }
  })

  it('is missed where the command needs it, whatever stdin holds', async () => {
    const { root } = await preparedRepository()
    for (const [word, input] of [
      ['show', 'WP01\n'],
      ['archive', '017\n'],
      ['claim', 'WP01\n'],
      ['export', 'markdown\n'],
    ] as const) {
      const asked = withInput({ cwd: root }, input, word)
      expect([asked.code, asked.stdout]).toEqual([2, ''])
      expect(asked.stderr).toContain(`kitty ${word} needs `)
    }
  })
})

describe('the hook at the start of an agent', () => {
  const EXPORT = 'Begin your shell commands with: export KITTY_SESSION=s1'
  const hook = (cwd: string, file: string) =>
    withInput({ cwd, env: { CLAUDE_ENV_FILE: file } }, '{"session_id":"s1"}', 'prime', '--hook', 'claude')

  it('puts the session into the file that the agent names', async () => {
    const { root } = await preparedRepository()
    const file = join(tempFolder(), 'env')
    const answer = hook(root, file)
    expect([answer.code, answer.stderr, readFileSync(file, 'utf8')]).toEqual([
      0,
      '',
      'export KITTY_SESSION=s1\n',
    ])
    expect(answer.stdout).not.toContain(EXPORT)
  })

  it('tells the agent to export it where none is named, or where it cannot be written, and answers', async () => {
    const { root } = await preparedRepository()
    const missing = join(tempFolder(), 'missing', 'env')
    for (const [file, warning] of [
      ['', ''],
      [missing, missing],
    ] as const) {
      const answer = hook(root, file)
      expect(answer.code).toBe(0)
      expect(answer.stdout).toContain(EXPORT)
      expect(answer.stderr).toContain(warning)
    }
  })
})

describe('a text that stdin was to bring', () => {
  it('is missed when stdin is empty, and the text that is there stays', async () => {
    const { root } = await preparedRepository()
    expect((await kitty({ cwd: root }, 'new', 'Send the bill')).code).toBe(0)
    const before = treeOf(root)
    const asked = await kitty({ cwd: root }, 'edit', 'WP03', '--body', '-', '--json')
    expect([asked.code, failureIn(asked).message]).toEqual([
      2,
      'Nothing came from stdin, which --body - reads.',
    ])
    expect(changedPaths(before, treeOf(root))).toEqual([])
  })
})

describe.runIf(CAN_MAKE_FULL_DEVICES)('where stdout cannot take the answer', () => {
  it.each(['--version', '--version --json', 'autocomplete words -- sta', 'version', '--help', 'show --help'])(
    'kitty %s exits with 3, and shows no stack',
    (line) => {
      const folder = tempFolder()
      fullDeviceAt(join(folder, 'full'))
      const stdout = openSync(join(folder, 'full'), 'w')
      const { status, stderr } = spawnSync(process.execPath, [PROGRAM, ...line.split(' ')], {
        cwd: folder,
        stdio: ['ignore', stdout, 'pipe'],
        encoding: 'utf8',
        env: programEnvironment(),
      })
      closeSync(stdout)
      expect(stderr).not.toMatch(/^\s+at .*:\d+/m)
      expect(status).toBe(3)
    },
  )
})
