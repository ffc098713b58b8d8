import { Linter } from 'eslint'
import { describe, expect, it } from 'vitest'

interface Block {
  readonly files?: readonly string[]
  readonly rules?: Readonly<Record<string, unknown>>
}

// No types of its own: read as what it is, below.
const { default: config } = (await import(new URL('../../eslint.config.js', import.meta.url).href)) as {
  default: readonly Block[]
}

/** Messages of the rules that keep what differs between systems, and git, behind their ports. */
function messagesFor(code: string): string[] {
  const blocks = config.filter(
    ({ files, rules = {} }) =>
      files?.join() === 'src/**/*.ts' && Object.keys(rules).some((name) => name.startsWith('no-restricted')),
  )
  const rules = Object.assign({}, ...blocks.map((block) => block.rules)) as Linter.RulesRecord // as eslint reads it
  return new Linter().verify(code, { rules }).map(({ message }) => message)
}

describe('the lint rules for platforms', () => {
  it.each([
    ["import { relative } from 'node:path'", /repoPath/],
    ["import { join, sep } from 'node:path'", /SEPARATOR/],
    ["import { renameSync } from 'node:fs'", /renameOver/],
    ["import { realpathSync } from 'node:fs'", /realPlace/],
    ["import { rmSync } from 'node:fs'", /removeFile/],
    ["import { unlinkSync } from 'node:fs'", /removeFile/],
    ["if (process.platform === 'win32') x()", /IS_WINDOWS/],
    ["process.getBuiltinModule('node:child_process')", /core\/git/],
  ])('refuse %s, and say what to use', (code, says) => {
    expect(messagesFor(code).join('\n')).toMatch(says)
  })

  it('let pass what is the same everywhere', () => {
    expect(messagesFor("import { join } from 'node:path'\nimport { lstatSync } from 'node:fs'\n")).toEqual([])
  })
})
