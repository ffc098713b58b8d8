import { appendFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { changeFile, putOver } from '../../../src/core/files/put-over.js'
import { tempFolder } from '../../support/temp-folder.js'

const bytes = (text: string): Buffer => Buffer.from(text)

describe('replacing a file that someone else may save', () => {
  it.each([
    ['longer', 'old and more'],
    ['shorter', 'ol'],
    ['of the same length', 'OLD'],
  ])('leaves it as they saved it: %s', (_, saved) => {
    const root = tempFolder()
    const path = join(root, 'WP01.md')
    writeFileSync(path, saved)
    expect(putOver(root, path, { before: bytes('old'), after: bytes('new') })).toBe(false)
    expect(readFileSync(path, 'utf8')).toBe(saved)
    expect(readdirSync(root)).toEqual(['WP01.md'])
  })

  it('makes a new file where there is still none, and none over another one', () => {
    const root = tempFolder()
    const path = join(root, 'tasks', 'WP01.md')
    const made = { before: undefined, after: bytes('new') }
    expect([putOver(root, path, made), putOver(root, path, made)]).toEqual([true, false])
  })

  it('makes its change again to what they have saved', () => {
    const root = tempFolder()
    const path = join(root, 'WP01.md')
    writeFileSync(path, 'old\n')
    let times = 0
    const isWritten = changeFile(root, path, () => {
      const before = readFileSync(path)
      times += 1
      if (times === 1) appendFileSync(path, 'theirs\n')
      return { before, after: bytes(`ours\n${before.toString()}`) }
    })
    expect([isWritten, times, readFileSync(path, 'utf8')]).toEqual([true, 2, 'ours\nold\ntheirs\n'])
  })

  it('gives up with LostRace, and leaves theirs, when they never stop', () => {
    const root = tempFolder()
    const path = join(root, 'WP01.md')
    writeFileSync(path, '')
    const change = (): { before: Buffer; after: Buffer } => {
      const before = readFileSync(path)
      appendFileSync(path, 'theirs\n')
      return { before, after: bytes('ours\n') }
    }
    expect(() => changeFile(root, path, change)).toThrow(expect.objectContaining({ kind: 'LostRace' }))
    expect(readFileSync(path, 'utf8')).not.toContain('ours')
  })
})
