import { describe, expect, it } from 'vitest'
import { flagMeant } from '../../../src/core/cli/flag-words.js'

const NEW = ['feature', 'after', 'priority', 'body', 'subtask', 'actor']

describe('a flag that a command does not have', () => {
  it.each([
    ['--needs', '--after'],
    ['--depends-on', '--after'],
    ['--description', '--body'],
    ['--assignee', '--actor'],
    ['--Epic', '--feature'],
    ['--subtsk', '--subtask'],
  ])('%s is answered with %s', (typed, meant) => {
    expect(flagMeant(typed, NEW)).toBe(meant)
  })

  it('is answered with the word that the command has', () => {
    expect(flagMeant('--status', ['lane', 'feature'])).toBe('--lane')
    expect(flagMeant('--status', ['to', 'feature'])).toBe('--to')
    expect(flagMeant('--needs', ['lane', 'feature'])).toBe(undefined)
  })

  it('is not guessed at when nothing is near', () => {
    expect(flagMeant('--frobnicate', NEW)).toBe(undefined)
    expect(flagMeant('--constructor', NEW)).toBe(undefined)
  })
})
