import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
// Cast: npm itself reads the file, and would fail if it had no scripts.
const { scripts } = JSON.parse(readFileSync(`${ROOT}/package.json`, 'utf8')) as {
  scripts: Record<string, string>
}

describe('npm’s scripts', () => {
  // cmd.exe: a variable before a command, a POSIX expansion, quotes that it does not know, a command after `;`.
  it.each([
    ['a variable before the command', /(?:^|&& *)[A-Z_]+=/],
    ['an expansion', /\$/],
    ['single quotes around a word', /'/],
    ['a program of a POSIX system', /(?:^|&& *)(?:rm|cp|mv|sh|bash|cat|export) /],
  ])('run on Windows: none has %s', (_, pattern) => {
    const unquoted = Object.values(scripts).map((script) => script.replaceAll(/"(?:[^"\\]|\\.)*"/g, '""'))
    expect(unquoted.filter((script) => pattern.test(script))).toEqual([])
  })

  it('give vitest its variables and hand on how it ended', () => {
    const run = (...args: string[]) =>
      spawnSync(process.execPath, ['scripts/vitest.mjs', ...args], { cwd: ROOT, encoding: 'utf8' })
    expect(run('KITTY_ANY=1', '--version')).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('vitest/') as string,
    })
    expect(run('KITTY_ANY=1', '--no-such-flag').status).not.toBe(0)
  })
})
