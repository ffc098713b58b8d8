import { Linter } from 'eslint'
import { parser } from 'typescript-eslint'
import { describe, expect, it } from 'vitest'

// Plain JavaScript, so its shape is said here.
const { GIFTS } = (await import(new URL('../../eslint.config.js', import.meta.url).href)) as {
  GIFTS: readonly { readonly selector: string; readonly message: string }[]
}

/** What lint says to a command with this head and body. */
function said(head: string, body: string): string[] {
  const source = `class Command { ${head} async run() { ${body} } }`
  const rules = { 'no-restricted-syntax': ['error', ...GIFTS] as Linter.RuleEntry }
  return new Linter().verify(source, [{ languageOptions: { parser }, rules }]).map(({ message }) => message)
}

describe('what a decorator gives a command', () => {
  it('is used: a gift that the command does not take fails lint', () => {
    expect(said('@WithEventStore', 'return 1')).toEqual([expect.stringContaining('drop the decorator')])
  })

  it('is given: a field that no decorator fills fails lint', () => {
    expect(said('', 'return this.eventStore.read()')).toEqual([
      expect.stringContaining('put @WithEventStore on'),
    ])
  })

  it('passes lint where it is both', () => {
    expect(said('@WithEventStore', 'return this.eventStore.read()')).toEqual([])
    expect(said('', 'return 1')).toEqual([])
  })
})
