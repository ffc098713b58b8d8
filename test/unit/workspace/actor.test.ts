import { describe, expect, it } from 'vitest'
import { type ActorClues, resolveActor } from '../../../src/core/workspace/actor.js'
import { resolveSession } from '../../../src/core/workspace/holder.js'
import { errorOf } from '../../support/kitty-error.js'

const CLUES: ActorClues = {
  flag: 'flag',
  env: { KITTY_ACTOR: 'env' },
  gitUserName: () => 'git',
  osUser: () => 'system',
}

describe('resolveActor', () => {
  it('asks flag, environment, git and the system, in this order', () => {
    expect(resolveActor(CLUES)).toBe('flag')
    expect(resolveActor({ ...CLUES, flag: undefined })).toBe('env')
    expect(resolveActor({ ...CLUES, flag: undefined, env: {} })).toBe('git')
    expect(
      resolveActor({ ...CLUES, flag: undefined, env: { KITTY_ACTOR: '' }, gitUserName: () => undefined }),
    ).toBe('system')
  })

  it('does not run git when flag or environment answer', () => {
    const gitUserName = (): string => {
      throw new Error('git was asked')
    }
    expect(resolveActor({ ...CLUES, gitUserName })).toBe('flag')
    expect(resolveActor({ ...CLUES, flag: undefined, gitUserName })).toBe('env')
  })

  it.each(['', '  ', 'a\u001b[31m', 'a\nb', 'a\u0085', 'a\u202eb', 'a'.repeat(201)])('refuses %j', (flag) => {
    expect(errorOf(() => resolveActor({ ...CLUES, flag }))).toMatchObject({ kind: 'UsageError', exitCode: 2 })
  })

  it('refuses a name that is longer than 200 characters only once it is composed, as it is kept', () => {
    // NFC writes this letter as two characters.
    const flag = '\u0958'.repeat(101)
    expect(errorOf(() => resolveActor({ ...CLUES, flag }))).toMatchObject({ kind: 'UsageError', exitCode: 2 })
    expect(errorOf(() => resolveSession({ flag, env: {} }))).toMatchObject({
      kind: 'UsageError',
      exitCode: 2,
    })
    expect(resolveActor({ ...CLUES, flag: flag.slice(1) })).toHaveLength(200)
  })

  it.each([' ada', 'ada ', '\u00a0ada\u3000'])('takes %j for ada: on a board they look alike', (name) => {
    expect(resolveActor({ ...CLUES, flag: name })).toBe('ada')
    expect(resolveActor({ ...CLUES, flag: undefined, env: { KITTY_ACTOR: name } })).toBe('ada')
    expect(resolveSession({ flag: name, env: {} })).toBe('ada')
  })

  it('names the source of a name it refuses', () => {
    const error = errorOf(() => resolveActor({ ...CLUES, flag: undefined, env: { KITTY_ACTOR: 'a\u0007' } }))
    expect(error.message).toContain('KITTY_ACTOR')
  })

  it('refuses when no source gives a name', () => {
    expect(
      errorOf(() => resolveActor({ env: {}, gitUserName: () => undefined, osUser: () => undefined })).kind,
    ).toBe('UsageError')
  })

  it('accepts names of every script', () => {
    expect(resolveActor({ ...CLUES, flag: 'Ærøskøbing 猫 🐈' })).toBe('Ærøskøbing 猫 🐈')
  })
})
