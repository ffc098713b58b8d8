import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { RawLine } from '../../../src/core/log/event-log.js'
import { rawLinesIn } from '../../../src/core/log/format/raw-lines.js'
import { replaceLines } from '../../../src/core/log/repair/redact-files.js'
import { FOREIGN_IDS, noteLine, ulid } from '../../support/events.js'
import { errorOf } from '../../support/kitty-error.js'
import { POSIX } from '../../support/posix.js'
import { CAN_LIST_OPEN_FILES, openFiles } from '../../support/open-files.js'
import { tempFolder } from '../../support/temp-folder.js'

const FIRST = '2026-11-22.jsonl'
const SECOND = '2026-11-23.jsonl'

function folderWith(files: Readonly<Record<string, string>>): {
  folder: string
  read: (name: string) => string
} {
  const folder = tempFolder()
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  return { folder, read: (name) => readFileSync(join(folder, name), 'utf8') }
}

/** What takes an event's line. */
const gone = (line: RawLine): RawLine => ({ ...line, bytes: Buffer.from(`gone ${line.event_id}\n`) })
const escapeOf = (text: string): string => `\\u${text.charCodeAt(0).toString(16).padStart(4, '0')}`
const GONE = (seed: number): string => `gone ${ulid(seed)}\n`

describe('replacing events’ lines in every file of a folder', () => {
  it('changes these lines wherever they are, leaves the others, and says how many there were', () => {
    const { folder, read } = folderWith({
      [FIRST]: noteLine(1) + noteLine(2) + noteLine(3),
      [SECOND]: noteLine(4) + noteLine(2),
      untouched: noteLine(4),
    })
    expect(replaceLines(folder, [ulid(1), ulid(2)], gone)).toBe(3)
    expect(read(FIRST)).toBe(GONE(1) + GONE(2) + noteLine(3))
    expect(read(SECOND)).toBe(noteLine(4) + GONE(2))
    expect(read('untouched')).toBe(noteLine(4))
    expect(readdirSync(folder)).toHaveLength(3)
  })

  it.each(FOREIGN_IDS)('knows the event %s of another program, however its line spells the ID', (id) => {
    const plain = noteLine(1, { event_id: id })
    const escaped = plain.replaceAll(/[^\u0020-\u007e\n]/g, escapeOf).replace('"event_id":"', '$&\\u002d')
    const other = noteLine(2, { event_id: `-${id}` })
    const { folder, read } = folderWith({ [FIRST]: plain + noteLine(3), [SECOND]: escaped + other })
    expect(replaceLines(folder, [id], gone)).toBe(1)
    expect(replaceLines(folder, [`-${id}`], gone)).toBe(2)
    expect(read(FIRST)).toBe(`gone ${id}\n${noteLine(3)}`)
    expect(read(SECOND)).toBe(`gone -${id}\n`.repeat(2))
  })

  it('leaves a line with an escape that spells none of the IDs, whatever is to take the place of a mention', () => {
    const text = '{"half":"\\u0041\n'
    const { folder, read } = folderWith({ [FIRST]: text })
    expect(replaceLines(folder, [ulid(1)], gone, { other: () => Buffer.from('cut\n') })).toBe(0)
    expect(read(FIRST)).toBe(text)
  })

  it('leaves a file as it is where nothing would change', () => {
    const { folder, read } = folderWith({ [FIRST]: noteLine(1) + noteLine(2) })
    expect(replaceLines(folder, [ulid(1)], (line) => line)).toBe(0)
    expect(replaceLines(folder, [ulid(9)], gone)).toBe(0)
    expect(replaceLines(folder, [], gone)).toBe(0)
    expect(read(FIRST)).toBe(noteLine(1) + noteLine(2))
  })

  it('leaves an event that only mentions the ID, unless asked for what takes its place', () => {
    const mentions = noteLine(5, { causation_id: ulid(1) })
    const { folder, read } = folderWith({ [FIRST]: `${mentions}{"half":"${ulid(1)}\n${noteLine(2)}` })
    expect(replaceLines(folder, [ulid(1)], gone)).toBe(0)
    const other = (bytes: Buffer): Buffer => (bytes.includes('half') ? Buffer.from('cut\n') : bytes)
    expect(replaceLines(folder, [ulid(1)], gone, { other })).toBe(1)
    expect(read(FIRST)).toBe(`${mentions}cut\n${noteLine(2)}`)
  })

  it.each(['1', 'done', 'éa'])('takes no other text that holds the ID %s for a mention of it', (id) => {
    const record = (text: string): string =>
      `${JSON.stringify({ error_id: text, count: 1, lane: 'undone' })}\n`
    const others = record(`done é${id}x`) + record(`in 1 é${id}`)
    const mentions = record(id) + record(`the event ${JSON.stringify(id)}`)
    const { folder, read } = folderWith({ [FIRST]: others + mentions + noteLine(1, { event_id: id }) })
    const other = (): Buffer => Buffer.from('cut\n')
    expect(replaceLines(folder, [id], gone, { other })).toBe(3)
    expect(read(FIRST)).toBe(`${others}cut\ncut\ngone ${id}\n`)
  })

  it('looks into the files named only', () => {
    const { folder, read } = folderWith({ [FIRST]: noteLine(1), [SECOND]: noteLine(1) })
    expect(replaceLines(folder, [ulid(1)], gone, { files: [SECOND, 'missing'] })).toBe(1)
    expect([read(FIRST), read(SECOND)]).toEqual([noteLine(1), GONE(1)])
  })

  it('leaves an overlong line, and finds events on both sides of it', () => {
    const long = `${ulid(1)}${'x'.repeat(2 * 1024 * 1024)}\n`
    const { folder, read } = folderWith({ [FIRST]: noteLine(1) + long + noteLine(1) })
    expect(replaceLines(folder, [ulid(1)], gone)).toBe(2)
    expect(read(FIRST)).toBe(GONE(1) + long + GONE(1))
  })

  it('finds nothing where there is no folder, and says what it cannot read', () => {
    const root = tempFolder()
    expect(replaceLines(join(root, 'missing'), [ulid(1)], gone)).toBe(0)
    writeFileSync(join(root, 'file'), '')
    expect(errorOf(() => replaceLines(join(root, 'file'), [ulid(1)], gone)).message).toContain(
      join(root, 'file'),
    )
  })

  it.runIf(POSIX)('refuses a link', () => {
    const { folder } = folderWith({ [FIRST]: noteLine(1) })
    symlinkSync(join(folder, FIRST), join(folder, 'link'))
    expect(() => replaceLines(folder, [ulid(1)], gone)).toThrow('link')
  })

  it('passes over folders below', () => {
    const { folder, read } = folderWith({ [SECOND]: noteLine(1) })
    mkdirSync(join(folder, 'a folder'))
    writeFileSync(join(folder, 'a folder', FIRST), noteLine(1))
    expect(replaceLines(folder, [ulid(1)], gone)).toBe(1)
    expect([read(SECOND), read(join('a folder', FIRST))]).toEqual([GONE(1), noteLine(1)])
  })

  it('replaces lines in what git has put there while it worked', () => {
    const { folder, read } = folderWith({ [FIRST]: noteLine(1) })
    let isReplaced = false
    const count = replaceLines(folder, [ulid(1)], (line) => {
      if (!isReplaced) writeFileSync(join(folder, FIRST), noteLine(2) + noteLine(1))
      isReplaced = true
      return gone(line)
    })
    expect(count).toBe(1)
    expect(read(FIRST)).toBe(noteLine(2) + GONE(1))
  })

  it('gives up where git goes on replacing a file', () => {
    const { folder, read } = folderWith({ [FIRST]: noteLine(1) })
    let times = 0
    const count = replaceLines(folder, [ulid(1)], (line) => {
      times += 1
      writeFileSync(join(folder, FIRST), noteLine(1) + noteLine(times + 1))
      return gone(line)
    })
    expect(count).toBe(0)
    expect(read(FIRST)).toContain(noteLine(1))
  })

  it.runIf(CAN_LIST_OPEN_FILES)('leaves nothing open', () => {
    const { folder } = folderWith({ [FIRST]: noteLine(1) })
    replaceLines(folder, [ulid(1)], gone)
    expect(openFiles(folder)).toEqual([])
  })
})

describe('the events in a file’s content', () => {
  it('are lines of their own, with the log’s line end and without a byte order mark', () => {
    const [one, two] = [noteLine(1), noteLine(2, { actor: 'Ærø' })].map((text) => text.trimEnd())
    for (const text of [
      `${one}\n${two}\n`,
      `${one}\n${two}`,
      `\uFEFF${one}\r\n${two}\r\n`,
      `${one}${two}\r\n`,
    ])
      expect(rawLinesIn(Buffer.from(text))).toEqual([
        { event_id: ulid(1), timestamp: '2026-11-22T09:30:00.000Z', bytes: Buffer.from(`${one}\n`) },
        { event_id: ulid(2), timestamp: '2026-11-22T09:30:00.000Z', bytes: Buffer.from(`${two}\n`) },
      ])
  })

  it('are none of what is no event, nor of nothing', () => {
    expect(rawLinesIn(Buffer.from('x\n{}\n\n<<<<<<< ours\n'))).toEqual([])
    expect(rawLinesIn(Buffer.alloc(0))).toEqual([])
  })
})
