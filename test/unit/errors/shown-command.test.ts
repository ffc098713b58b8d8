import { describe, expect, it } from 'vitest'
import { shownCommand } from '../../../src/core/errors/shown-command.js'
import { POSIX } from '../../support/posix.js'

describe.runIf(POSIX)('a command that is shown', () => {
  const show = (name: string): string[] => shownCommand(['kitty', 'agent', 'tasks', 'show', name])

  it.each([
    ['WP01', 'WP01'],
    ['WP01; touch x #', "'WP01; touch x #'"],
    ['`touch x`', "'`touch x`'"],
    ['$(touch x)', "'$(touch x)'"],
    ["it's", String.raw`'it'\''s'`],
    ['.worktrees/x; echo y #', "'.worktrees/x; echo y #'"],
    ['a b', "'a b'"],
  ])('keeps %s one word', (name, word) => {
    expect(show(name)).toEqual([`kitty agent tasks show ${word}`])
  })

  it.each(['', 'a\nb', 'a\tb', '\u001b[31m', 'a\u200bb', 'a\u{e0041}', 'a\u202eb', '--output=x', '-rf/'])(
    'is left out with the name %j',
    (name) => {
      expect(show(name)).toEqual([])
    },
  )

  it('has its sentence in front of it', () => {
    expect(shownCommand(['ls', '-la', '/a b'], 'look at it: ')).toEqual(["look at it: ls -la '/a b'"])
  })
})
