import { appendFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { OwnWriting } from '../../../src/core/services/definitions/own-writing.js'
import type { Workspace } from '../../../src/core/workspace/workspace.js'
import { tempFolder } from '../../support/temp-folder.js'

const bytes = (text: string): Buffer => Buffer.from(text)

function own(): OwnWriting {
  // Cast: it needs no other place.
  return new OwnWriting({ privateDir: tempFolder() } as Workspace)
}

describe('what kitty wrote into files', () => {
  it('is known of the ten thousand files of an import, after an update of all of them', () => {
    const writing = own()
    const files = Array.from({ length: 10_000 }, (_, at) => `kitty-specs/001-demo/tasks/WP${at}-part.md`)
    const step = (before: Buffer | undefined, after: Buffer): void =>
      writing.keepAll(files.map((file) => ({ file, before, after })))
    step(undefined, bytes('imported'))
    step(bytes('imported'), bytes('updated'))
    const leads = writing.history()
    for (const file of files) {
      expect(leads(file, undefined, bytes('updated'))).toBe(true)
      expect(leads(file, bytes('imported'), bytes('updated'))).toBe(true)
      expect(leads(file, undefined, bytes('edited'))).toBe(false)
    }
  })

  it('survives a line that a crash cut short, and only that line is lost', () => {
    const privateDir = tempFolder()
    // Cast: it needs no other place.
    const writing = new OwnWriting({ privateDir } as Workspace)
    writing.keep('WP1.md', undefined, bytes('x'))
    appendFileSync(join(privateDir, 'written.jsonl'), '{"file":"WP2.md","from":null,"to":"')
    writing.keep('WP3.md', undefined, bytes('x'))
    const leads = writing.history()
    expect(['WP1.md', 'WP2.md', 'WP3.md'].map((file) => leads(file, undefined, bytes('x')))).toEqual([
      true,
      false,
      true,
    ])
  })

  it('stays within its bounds, however much is written', () => {
    const privateDir = tempFolder()
    // Cast: as above.
    const writing = new OwnWriting({ privateDir } as Workspace)
    const name = (round: number, at: number): string => `${'x'.repeat(4_000)}/${round}-${at}.md`
    for (let round = 0; round < 9; round += 1)
      writing.keepAll(
        Array.from({ length: 512 }, (_, at) => ({
          file: name(round, at),
          before: undefined,
          after: bytes('x'),
        })),
      )
    expect(statSync(join(privateDir, 'written.jsonl')).size).toBeLessThan(16 * 1024 * 1024)
    const leads = writing.history()
    expect(leads(name(8, 511), undefined, bytes('x'))).toBe(true)
    expect(leads(name(6, 0), undefined, bytes('x'))).toBe(true)
    expect(leads(name(0, 0), undefined, bytes('x'))).toBe(false)
  })

  it('is forgotten of files that are committed, once there are many', () => {
    const writing = own()
    const files = Array.from({ length: 3_000 }, (_, at) => `WP${at}.md`)
    writing.keepAll(files.map((file) => ({ file, before: undefined, after: bytes('x') })))
    writing.keepOnly(['WP1.md'])
    expect(writing.history()('WP1.md', undefined, bytes('x'))).toBe(true)
    expect(writing.history()('WP2.md', undefined, bytes('x'))).toBe(false)
    writing.keepAll([{ file: 'WP2.md', before: undefined, after: bytes('x') }])
    writing.keepOnly([])
    expect(writing.history()('WP2.md', undefined, bytes('x'))).toBe(true)
  })
})
