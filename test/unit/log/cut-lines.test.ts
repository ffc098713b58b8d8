import { closeSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { identityOf, openToRead } from '../../../src/core/files/open-file.js'
import { cutLines } from '../../../src/core/log/format/cut-lines.js'
import { CAN_LIST_OPEN_FILES, openFiles } from '../../support/open-files.js'
import { tempFolder } from '../../support/temp-folder.js'

const DAY = '2026-11-22.jsonl'
/** More than is copied in one step. */
const LONG = `${'y'.repeat(600_000)}\n`

function fileWith(text: string): { folder: string; path: string; identity: string } {
  const folder = tempFolder()
  const path = join(folder, DAY)
  writeFileSync(path, text)
  return { folder, path, identity: identityNow(path) }
}

function identityNow(path: string): string {
  const open = openToRead(path)
  if (open === undefined) throw new Error(`no ${path}`)
  closeSync(open.fd)
  return identityOf(open.stats)
}

describe('cutting lines out of a day file', () => {
  it.each([
    ['none', 'abc\ndef\n', [], 'abc\ndef\n'],
    ['the first', 'abc\ndef\n', [[0, 4]], 'def\n'],
    ['the last', 'abc\ndef\n', [[4, 4]], 'abc\n'],
    [
      'some in the middle',
      'a\nb\nc\nd\ne\n',
      [
        [2, 2],
        [6, 2],
      ],
      'a\nc\ne\n',
    ],
    [
      'neighbors',
      'a\nb\nc\n',
      [
        [0, 2],
        [2, 2],
      ],
      'c\n',
    ],
    ['all of them', 'abc\n', [[0, 4]], ''],
    ['one among long ones', `${LONG}abc\n${LONG}`, [[600_001, 4]], LONG + LONG],
    ['one before a torn tail', 'abc\nde', [[0, 4]], 'de'],
  ] as const)('leaves every other byte: %s', (_, text, ranges, left) => {
    const { folder, path, identity } = fileWith(text)
    const cut = ranges.map(([offset, length]) => ({ offset, length }))
    expect(cutLines(folder, DAY, cut, identity)).toBe(true)
    expect(readFileSync(path, 'utf8')).toBe(left)
  })

  it('does nothing to a file that is another one by now, or gone', () => {
    const { folder, path } = fileWith('abc\n')
    expect(cutLines(folder, DAY, [{ offset: 0, length: 4 }], 'another')).toBe(false)
    expect(readFileSync(path, 'utf8')).toBe('abc\n')
    mkdirSync(join(folder, 'empty'))
    expect(cutLines(join(folder, 'empty'), DAY, [{ offset: 0, length: 4 }], '')).toBe(false)
  })

  it.runIf(CAN_LIST_OPEN_FILES)('leaves nothing open', () => {
    const { folder, identity } = fileWith('abc\n')
    cutLines(folder, DAY, [{ offset: 0, length: 4 }], 'another')
    cutLines(folder, DAY, [{ offset: 0, length: 4 }], identity)
    expect(openFiles(folder)).toEqual([])
  })
})
