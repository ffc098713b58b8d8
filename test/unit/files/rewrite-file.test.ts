import { lstatSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { rewriteFile } from '../../../src/core/files/rewrite-file.js'
import { tempFolder } from '../../support/temp-folder.js'

const AFTER = [Buffer.from('after\n')]

describe('a file that is rewritten', () => {
  it.each([
    ['has changed since it was read', { mtimeNs: 1n }],
    ['has grown since it was read, within one tick of the clock', { size: 3n }],
    ['has been replaced since it was read', { ino: 1n }],
  ])('stays as it is when it %s', (_, difference) => {
    const folder = tempFolder()
    const path = join(folder, 'log.jsonl')
    writeFileSync(path, 'before\n')
    const then = Object.assign(lstatSync(path, { bigint: true }), difference)
    expect(rewriteFile(path, AFTER, then)).toBe(false)
    expect(readFileSync(path, 'utf8')).toBe('before\n')
    expect(readdirSync(folder)).toEqual(['log.jsonl'])
  })

  it('has the new content when nothing else wrote it', () => {
    const path = join(tempFolder(), 'log.jsonl')
    writeFileSync(path, 'before\n')
    expect(rewriteFile(path, AFTER, lstatSync(path, { bigint: true }))).toBe(true)
    expect(readFileSync(path, 'utf8')).toBe('after\n')
  })
})
