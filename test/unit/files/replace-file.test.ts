import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { isKittyError } from '../../../src/core/errors/kitty-error.js'
import { metaJson, specMarkdown } from '../../../src/core/specs/scaffold.js'
import { replaceFile } from '../../../src/core/files/replace-file.js'
import { POSIX } from '../../support/posix.js'

let dir: string
beforeEach(() => void (dir = mkdtempSync(join(tmpdir(), 'kitty-write-'))))
afterEach(() => rmSync(dir, { recursive: true }))

function kindOf(action: () => void): string {
  try {
    action()
  } catch (error) {
    return isKittyError(error) ? error.kind : `another error: ${String(error)}`
  }
  return 'no error'
}

describe('replacing a file', () => {
  it.runIf(POSIX)(
    'puts the new bytes in its place, keeps its permissions and leaves nothing next to it',
    () => {
      const path = join(dir, 'WP01.md')
      writeFileSync(path, 'old')
      chmodSync(path, 0o666)
      const before = statSync(path).ino
      replaceFile(path, Buffer.from('new'))
      expect(readFileSync(path, 'utf8')).toBe('new')
      expect(statSync(path).mode & 0o7777).toBe(0o666)
      // Another inode: a reader of the old file goes on reading it whole.
      expect(statSync(path).ino).not.toBe(before)
      expect(readdirSync(dir)).toEqual(['WP01.md'])
    },
  )

  it('makes a file that was not there', () => {
    replaceFile(join(dir, 'new.md'), Buffer.alloc(0))
    expect(readFileSync(join(dir, 'new.md'))).toHaveLength(0)
  })

  it('refuses a link and a folder, and leaves what the link points to alone', () => {
    writeFileSync(join(dir, 'target'), 'mine')
    symlinkSync(join(dir, 'target'), join(dir, 'link'))
    mkdirSync(join(dir, 'folder'))
    expect(kindOf(() => replaceFile(join(dir, 'link'), Buffer.from('x')))).toBe('UnsafeSetup')
    expect(kindOf(() => replaceFile(join(dir, 'folder'), Buffer.from('x')))).toBe('UnsafeSetup')
    expect(readFileSync(join(dir, 'target'), 'utf8')).toBe('mine')
  })

  it('says what could not be written when the folder is missing', () => {
    expect(kindOf(() => replaceFile(join(dir, 'no', 'file'), Buffer.from('x')))).toBe('NotWritable')
  })
})

describe('the files of a new feature', () => {
  const feature = {
    slug: '001-a',
    title: 'A "quoted"\ntitle',
    mission: 'software-dev',
    createdBy: 'me',
    createdAt: new Date(0),
  }

  it('begin with a title on one line and say what comes next', () => {
    const spec = specMarkdown(feature)
    expect(spec.split('\n')[0]).toBe('# A "quoted" title')
    expect(spec).toContain('kitty new "What it does"')
  })

  it('hold JSON that reads back', () => {
    expect(JSON.parse(metaJson(feature))).toMatchObject({
      slug: '001-a',
      friendly_name: feature.title,
      mission_type: 'software-dev',
      created_at: '1970-01-01T00:00:00.000Z',
    })
  })
})
