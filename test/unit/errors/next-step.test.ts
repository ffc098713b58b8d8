import { execFileSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import {
  type NextStep,
  sentence,
  shownCommand,
  shownWords,
  toRun,
} from '../../../src/core/errors/next-step.js'
import { POSIX } from '../../support/posix.js'

const show = (name: string): NextStep[] => shownCommand(['kitty', 'agent', 'tasks', 'show', name])

const HOSTILE: readonly (readonly [name: string, word: string])[] = [
  ['WP01', 'WP01'],
  ['WP01; touch x #', "'WP01; touch x #'"],
  ['`touch x`', "'`touch x`'"],
  ['$(touch x)', "'$(touch x)'"],
  ["it's", String.raw`'it'\''s'`],
  ['.worktrees/x; echo y #', "'.worktrees/x; echo y #'"],
  ['a b', "'a b'"],
  ['🐈', "'🐈'"],
]

describe('a command that is shown', () => {
  it.each(HOSTILE)('keeps %s one word, in its text and in its argv', (name, word) => {
    expect(show(name)).toEqual([
      { text: `kitty agent tasks show ${word}`, argv: ['kitty', 'agent', 'tasks', 'show', name] },
    ])
  })

  it.each([
    '',
    'a\nb',
    'a\tb',
    '\u001b[31m',
    'a\u200bb',
    'a\u{e0041}',
    'a\u202eb',
    '--output=x',
    '-rf/',
    'a\ud800',
  ])('is left out with the name %j', (name) => {
    expect(show(name)).toEqual([])
    expect(toRun(['kitty', name])).toBe('')
  })

  it.runIf(POSIX).each(HOSTILE)('is %s for a shell too, which passes over the note', (name) => {
    const [step] = shownCommand(['printf', '%s', name], 'why; touch x')
    expect(execFileSync('sh', ['-c', step?.text ?? '']).toString()).toBe(name)
  })

  it('has its note on the same line, without what moves a cursor', () => {
    expect(shownCommand(['ls', '-la', '/a b'], 'look\nat\u001b[2J it')).toEqual([
      { text: "ls -la '/a b'   # look at[2J it", argv: ['ls', '-la', '/a b'] },
    ])
  })

  it('is nothing to run while it has blanks, or is an option to add', () => {
    expect(shownWords(['--feature', '001-a b'])).toEqual([{ text: "--feature '001-a b'", argv: null }])
  })
})

describe('a sentence with names in it', () => {
  it('shows a plain one as it is, and puts others in quotes', () => {
    expect(sentence`There are: ${['WP01', 'WP02; touch x']} in ${3}.`).toEqual({
      text: 'There are: WP01, "WP02; touch x" in 3.',
      argv: null,
    })
  })
})
