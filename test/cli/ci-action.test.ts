import { spawnSync } from 'node:child_process'
import { appendFileSync, chmodSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { POSIX } from '../support/posix.js'
import { kitty, type Outcome, PROGRAM } from '../support/program.js'
import { tempFolder } from '../support/temp-folder.js'
import { TempRepository } from '../support/temp-repository.js'

interface Step {
  readonly uses?: string
  readonly run?: string
  readonly env?: Readonly<Record<string, string>>
}
interface Action {
  readonly inputs: Readonly<Record<string, { readonly default: string }>>
  readonly runs: { readonly using: string; readonly steps: readonly Step[] }
}

const ROOT = new URL('../../', import.meta.url)
const read = (path: string): string => readFileSync(new URL(path, ROOT), 'utf8')
// The action's own file, whose shape the runner defines.
const ACTION = parse(read('examples/github-action/action.yml')) as Action

/** Runs the action's script as the runner does, with the built program instead of the published one. */
function runAction(cwd: string, inputs: Readonly<Record<string, string>>, summary: string): Outcome {
  const [script] = ACTION.runs.steps.filter(({ run }) => run !== undefined)
  const programs = tempFolder()
  const npx = join(programs, 'npx')
  writeFileSync(
    npx,
    `#!/bin/sh\necho "$@" > "$0.asked"\nshift 2\nexec "${process.execPath}" "${PROGRAM}" "$@"\n`,
  )
  chmodSync(npx, 0o755)
  const values = Object.entries(script?.env ?? {}).map(([name, value]) => {
    const input = /^\$\{\{ inputs\.(\w+) \}\}$/.exec(value)?.[1] ?? ''
    return [name, inputs[input] ?? ACTION.inputs[input]?.default ?? '']
  })
  const { status, stdout, stderr } = spawnSync('bash', ['-c', script?.run ?? 'exit 99'], {
    cwd,
    encoding: 'utf8',
    env: {
      ...Object.fromEntries(values),
      PATH: `${programs}${delimiter}${process.env['PATH'] ?? ''}`,
      HOME: cwd,
      GITHUB_STEP_SUMMARY: summary,
    },
  })
  expect(readFileSync(`${npx}.asked`, 'utf8')).toMatch(/^--yes kittify@\S+ ci/)
  return { code: status, stdout, stderr }
}

/** A branch `work` that has moved a package. */
async function repository(): Promise<TempRepository> {
  const repo = new TempRepository()
  const cwd = repo.root
  const run = async (...args: string[]): Promise<void> => expect((await kitty({ cwd }, ...args)).code).toBe(0)
  await run('init')
  repo.write('kitty-specs/001-demo/tasks/WP01-a.md', '---\nwork_package_id: WP01\ntitle: First\n---\n')
  await run('sync', '001-demo')
  repo.commitAll('start')
  repo.git('checkout', '-q', '-b', 'work')
  await run('move', 'WP01', 'doing')
  repo.commitAll('moved')
  return repo
}

describe('the action for pull requests', () => {
  it('names every action that it and its page use by hash', () => {
    const uses = [read('examples/github-action/action.yml'), read('docs/ci.md')].flatMap((text) =>
      [...text.matchAll(/uses: (\S+)/g)].map(([, name]) => name ?? ''),
    )
    const others = uses.filter((name) => !name.startsWith('./'))
    expect(others.length).toBeGreaterThan(1)
    for (const name of others) expect(name).toMatch(/@[0-9a-f]{40}$/)
    expect(ACTION.runs.using).toBe('composite')
    for (const { run } of ACTION.runs.steps) expect(run ?? '').not.toContain('${{')
  })

  it.runIf(POSIX)(
    'writes the summary, and fails only where it is strict and something is wrong',
    async () => {
      const repo = await repository()
      const cwd = repo.root
      const summary = join(tempFolder(), 'summary.md')
      const good = runAction(cwd, { base: 'main', strict: 'true' }, summary)
      expect([good.code, good.stderr]).toEqual([0, expect.any(String)])
      expect(readFileSync(summary, 'utf8')).toContain('| 001-demo/WP01 First | planned | doing | ada |')
      expect(good.stdout).toContain('WP01')
      const folder = join(cwd, '.kittify/events')
      const [day = ''] = readdirSync(folder).filter((name) => name.endsWith('.jsonl'))
      appendFileSync(join(folder, day), '{"half\n')
      repo.commitAll('damaged')
      expect(runAction(cwd, { base: 'main', strict: 'false' }, summary).code).toBe(0)
      expect(runAction(cwd, { base: 'main', strict: 'true' }, summary).code).toBe(1)
    },
  )

  it.runIf(POSIX)('reads no input as a part of its script', async () => {
    const { root: cwd } = await repository()
    const trap = join(cwd, 'trap')
    const { code } = runAction(cwd, { base: `main"; touch ${trap}; "` }, join(tempFolder(), 'summary.md'))
    expect(code).not.toBe(0)
    expect(existsSync(trap)).toBe(false)
  })
})
