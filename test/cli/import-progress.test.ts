import { execFileSync } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { kitty, PROGRAM, programEnvironment } from '../support/program.js'
import { tempFolder } from '../support/temp-folder.js'
import { gitIn } from '../support/temp-repository.js'

/** script(1) of util-linux gives a program a terminal of its own. Other systems' take other arguments. */
const SCRIPT = '/usr/bin/script'
const hasTerminal = process.platform === 'linux' && existsSync(SCRIPT)
if (!hasTerminal) console.log(`skipped: progress on a terminal, there is no ${SCRIPT} of util-linux here`)

/** Enough for several portions of events, long after the first half second. */
const ITEMS = 1_500

async function repository(): Promise<string> {
  const cwd = tempFolder()
  gitIn(cwd, 'init', '-q')
  await kitty({ cwd }, 'init')
  const lines = Array.from({ length: ITEMS }, (_, at) =>
    JSON.stringify({
      id: `sky-${at + 1}`,
      title: `Item ${at + 1}`,
      status: 'open',
      created_at: '2024-01-01T00:00:00Z',
    }),
  )
  writeFileSync(join(cwd, 'issues.jsonl'), `${lines.join('\n')}\n`)
  return cwd
}

describe.skipIf(!hasTerminal)('a large import on a terminal', () => {
  it('shows how far it is on one line, and removes that line before the answer', async () => {
    const cwd = await repository()
    const words = [process.execPath, PROGRAM, 'import', 'beads', 'issues.jsonl']
    const command = words.map((word) => `'${word}'`).join(' ')
    const shown = execFileSync(SCRIPT, ['-qec', command, '/dev/null'], {
      cwd,
      env: { ...programEnvironment(), TERM: 'xterm' },
      stdio: ['ignore', 'pipe', 'inherit'],
    }).toString('utf8')
    const parts = [...shown.matchAll(/\rimporting (\d+) %\u001b\[K/g)].map(([, part]) => Number(part))
    expect(parts.length).toBeGreaterThan(0)
    expect(parts).toEqual([...new Set(parts)].sort((a, b) => a - b))
    const [last = '', ...others] = shown.split(/\r\u001b\[K/).reverse()
    expect(others.length).toBeGreaterThan(0)
    expect(last).toContain('1500 new, 0 changed')
    expect(last).not.toContain('importing')
  })

  it('shows nothing of that in a pipe', async () => {
    const cwd = await repository()
    const { stdout, stderr, code } = await kitty({ cwd }, 'import', 'beads', 'issues.jsonl')
    expect(code).toBe(0)
    expect(stderr).toBe('')
    expect(stdout).not.toMatch(/importing|\u001b|\r/)
  })
})
