import { mkdirSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { Append } from '../../../src/core/files/append-file.js'
import { FileJournal } from '../../../src/core/log/repair/file-journal.js'
import { noteLine, ulid } from '../../support/events.js'
import { errorOf } from '../../support/kitty-error.js'
import { CAN_LIST_OPEN_FILES, openFiles } from '../../support/open-files.js'
import { POSIX } from '../../support/posix.js'
import { tempFolder } from '../../support/temp-folder.js'

/** A journal in a file, with the commands of these notes. */
function journalOf(...seeds: number[]) {
  const path = join(tempFolder(), 'kitty', 'journal.jsonl')
  const journal = new FileJournal(path)
  for (const seed of seeds) append(journal, seed)
  return { journal, path, errorsDir: join(dirname(path), 'errors') }
}

const command = (seed: number) => ({ id: `command ${seed}`, lines: [Buffer.from(noteLine(seed))] })

function append(journal: FileJournal, seed: number): void {
  journal.append(command(seed)).close()
}

const ids = ({ lines }: ReturnType<FileJournal['read']>) => lines.map(({ event_id: id }) => id)

afterEach(() => {
  vi.restoreAllMocks()
})

describe('a place in the journal', () => {
  it('at its end has nothing behind it', () => {
    const { journal } = journalOf(1, 2)
    const { end } = journal.read()
    expect(journal.read(end)).toMatchObject({ lines: [], end })
  })

  it('behind its end means nothing: the file has been cut, and is read from its start', () => {
    const { journal, path } = journalOf(1)
    const { size } = journal.read()
    append(journal, 2)
    const { end } = journal.read()
    truncateSync(path, size)
    expect(ids(journal.read(end))).toEqual([ulid(1)])
  })

  it('before a command that was cut short stays there', () => {
    const { journal, path } = journalOf(1)
    const { end, size } = journal.read()
    append(journal, 2)
    truncateSync(path, statSync(path).size - 1)
    const again = journal.read(end)
    expect(again).toMatchObject({ lines: [], end })
    expect(again.size).toBeGreaterThan(size)
  })
})

describe('an append to the journal', () => {
  it.runIf(CAN_LIST_OPEN_FILES)('that fails leaves nothing in it, and nothing open', () => {
    const { journal, path } = journalOf(1)
    journal.close()
    const before = readFileSync(path, 'utf8')
    const write = Append.prototype.write
    vi.spyOn(Append.prototype, 'write').mockImplementation(function (this: Append, bytes) {
      write.call(this, bytes.subarray(0, 40))
      throw new Error('full, for a test')
    })
    expect(() => journal.append(command(2))).toThrow('full, for a test')
    expect(readFileSync(path, 'utf8')).toBe(before)
    expect(openFiles(path)).toEqual([])
  })

  it('is on disk with its name once it is asked to be, and not before', () => {
    const { journal } = journalOf(1)
    const synced: string[] = []
    vi.spyOn(Append.prototype, 'sync').mockImplementation(() => void synced.push('bytes'))
    vi.spyOn(Append.prototype, 'syncName').mockImplementation(() => void synced.push('name'))
    const entry = journal.append(command(2))
    expect(synced).toEqual([])
    entry.sync()
    expect(synced).toEqual(['bytes', 'name'])
    entry.close()
    journal.close()
  })

  it.runIf(CAN_LIST_OPEN_FILES)('leaves the file open for the next one, until the journal is closed', () => {
    const { journal, path } = journalOf(1)
    expect(openFiles(path)).toEqual([path])
    append(journal, 2)
    expect(openFiles(path)).toEqual([path])
    journal.close()
    expect(openFiles(path)).toEqual([])
  })
})

describe('a journal', () => {
  it.runIf(CAN_LIST_OPEN_FILES)('leaves nothing open that it has read, measured or rewritten', () => {
    const { journal, path } = journalOf(1)
    journal.close()
    const { lines } = journal.read()
    expect(journal.size()).toBe(statSync(path).size)
    journal.rewrite(lines)
    expect(openFiles(dirname(path))).toEqual([])
  })

  it('keeps what was cut short where it cannot be moved away', () => {
    const { journal, path, errorsDir } = journalOf(1, 2)
    truncateSync(path, statSync(path).size - 1)
    const before = readFileSync(path, 'utf8')
    writeFileSync(errorsDir, 'a file in the folder’s place')
    expect(journal.repair(errorsDir)).toBeUndefined()
    expect(readFileSync(path, 'utf8')).toBe(before)
  })

  it('says where it was repaired, and where the rest went', () => {
    const { journal, path, errorsDir } = journalOf(1, 2)
    const whole = statSync(path).size
    truncateSync(path, whole - 1)
    const at = journal.read().end.offset
    const message = journal.repair(errorsDir)
    const [copy = ''] = readdirSync(errorsDir)
    expect(message).toBe(
      `journal.jsonl was repaired at byte ${at}: part of a command that was cut short and never acknowledged, moved to ${join(errorsDir, copy)}`,
    )
    expect(statSync(join(errorsDir, copy)).size).toBe(whole - 1 - at)
  })

  it('that is missing has nothing to repair', () => {
    const { journal, errorsDir } = journalOf()
    expect(journal.repair(errorsDir)).toBeUndefined()
  })

  it('says that it could not be rewritten, and leaves no file behind', () => {
    const { journal, path } = journalOf()
    const error = errorOf(() => {
      journal.rewrite([])
    })
    expect(error.message).toContain(`${path} was not stored: system error ENOENT`)
    mkdirSync(join(path, 'inside'), { recursive: true })
    errorOf(() => {
      journal.rewrite([])
    })
    expect(readdirSync(dirname(path))).toEqual(['journal.jsonl'])
  })

  it.runIf(POSIX)('is rewritten over a half-written copy that a crash left', () => {
    const { journal, path } = journalOf(1)
    writeFileSync(`${path}.tmp`, 'x'.repeat(10_000))
    journal.rewrite(journal.read().lines)
    expect(readFileSync(path, 'utf8')).toBe(noteLine(1))
    expect(readdirSync(dirname(path))).toEqual(['journal.jsonl'])
  })
})
