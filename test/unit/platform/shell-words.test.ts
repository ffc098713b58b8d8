import { execFileSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { setVariable, shellOf, shellWords } from '../../../src/core/platform/shell-words.js'
import { POSIX } from '../../support/posix.js'

const WORDS = ['plain', '/a/b.c', 'two words', "it's", '$HOME', '`id`', 'a;b', '*', '', '"x"', '%PATH%']

describe('shellWords', () => {
  it.runIf(POSIX)('quotes so that a POSIX shell passes on the same words', () => {
    const line = shellWords(['printf', '%s\\n', ...WORDS], 'posix')
    expect(execFileSync('sh', ['-c', line], { encoding: 'utf8' })).toBe(`${WORDS.join('\n')}\n`)
  })

  it('leaves plain words as they are', () => {
    expect(shellWords(['git', '-C', '/work/a-b', 'status'], 'posix')).toBe('git -C /work/a-b status')
    expect(shellWords(['git', '-C', String.raw`C:\a\b`], 'powershell')).toBe(String.raw`git -C C:\a\b`)
  })

  it('quotes for PowerShell and cmd as they want it', () => {
    expect(shellWords(['git', String.raw`C:\Program Files\it's`], 'powershell')).toBe(
      String.raw`git 'C:\Program Files\it''s'`,
    )
    expect(shellWords(['git', String.raw`C:\Program Files\it's`], 'cmd')).toBe(
      String.raw`git "C:\Program Files\it's"`,
    )
  })
})

describe('setVariable', () => {
  it('sets a variable in the shell’s own way', () => {
    expect(setVariable('A', '/a b', 'posix')).toBe("export A='/a b'")
    expect(setVariable('A', String.raw`C:\a`, 'powershell')).toBe(String.raw`$env:A = 'C:\a'`)
    expect(setVariable('A', String.raw`C:\a b`, 'cmd')).toBe(String.raw`set "A=C:\a b"`)
  })
})

describe('shellOf', () => {
  it('tells Windows’ three shells apart by what they set', () => {
    expect(shellOf({}, 'linux')).toBe('posix')
    expect(shellOf({ PROMPT: '$P$G' }, 'darwin')).toBe('posix')
    expect(shellOf({}, 'win32')).toBe('powershell')
    expect(shellOf({ PROMPT: '$P$G' }, 'win32')).toBe('cmd')
    expect(shellOf({ MSYSTEM: 'MINGW64', PROMPT: '$P$G' }, 'win32')).toBe('posix')
  })
})
