import { appendFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { crc32 } from '../../../src/core/log/format/crc32.js'
import type { JournalCommand } from '../../../src/core/log/repair/journal.js'
import { noteLine, ulid } from '../../support/events.js'
import { errorOf } from '../../support/kitty-error.js'
import { tempFolder } from '../../support/temp-folder.js'
import { FileJournal } from '../../../src/core/log/repair/file-journal.js'

function journal(): { journal: FileJournal; path: string } {
  const path = join(tempFolder(), 'kitty', 'journal.jsonl')
  return { journal: new FileJournal(path), path }
}

function command(...seeds: number[]): JournalCommand {
  return { id: `command ${seeds.join()}`, lines: seeds.map((seed) => Buffer.from(noteLine(seed))) }
}

/** What the journal puts before a command's lines. */
function record(...seeds: number[]): string {
  const { id, lines } = command(...seeds)
  return `${JSON.stringify({ command: id, count: lines.length, crc32: crc32(Buffer.concat(lines)) })}\n`
}

function append(to: FileJournal, ...seeds: number[]): void {
  to.append(command(...seeds)).close()
}

describe('the journal', () => {
  it('is empty before its first line', () => {
    expect(journal().journal.read()).toEqual({ lines: [], end: { offset: 0, identity: '' }, size: 0 })
    expect(journal().journal.size()).toBe(0)
  })

  it('gives back each line byte for byte', () => {
    const { journal: under } = journal()
    append(under, 1, 2)
    append(under, 3)
    const { lines, end } = under.read()
    expect(lines.map((line) => line.bytes.toString())).toEqual([noteLine(1), noteLine(2), noteLine(3)])
    expect(lines[0]).toMatchObject({ event_id: ulid(1), timestamp: '2026-11-22T09:30:00.000Z' })
    expect(end.offset).toBe(under.size())
  })

  it('gives only what is new after a place, until it is rewritten', () => {
    const { journal: under } = journal()
    append(under, 1, 2)
    const { end } = under.read()
    append(under, 3)
    expect(under.read(end).lines.map((line) => line.event_id)).toEqual([ulid(3)])
    under.rewrite(under.read().lines.slice(1))
    expect(under.read(end).lines.map((line) => line.event_id)).toEqual([ulid(2), ulid(3)])
  })

  it('knows a rewritten journal of the same size from the one before', () => {
    const { journal: under } = journal()
    append(under, 1)
    const { lines } = under.read()
    under.rewrite(lines)
    const { end, size } = under.read()
    under.rewrite(lines)
    expect(under.size()).toBe(size)
    expect(under.read(end).lines).toHaveLength(1)
  })

  it('takes back what was appended', () => {
    const { journal: under, path } = journal()
    append(under, 1)
    const entry = under.append(command(2))
    expect(entry.undo()).toBe('undone')
    entry.close()
    expect(readFileSync(path, 'utf8')).toBe(record(1) + noteLine(1))
  })

  it('passes over its own torn tail, and the next line does not fall into it', () => {
    const { journal: under, path } = journal()
    append(under, 1)
    appendFileSync(path, noteLine(2).slice(0, 30))
    expect(under.read().lines.map((line) => line.event_id)).toEqual([ulid(1)])
    expect(under.read().end.offset).toBe(record(1).length + noteLine(1).length)
    append(under, 3)
    expect(under.read().lines.map((line) => line.event_id)).toEqual([ulid(1), ulid(3)])
  })

  it('has a command whole or not at all, wherever its writer was killed', () => {
    const { journal: under, path } = journal()
    append(under, 1)
    const before = readFileSync(path)
    append(under, 2, 3, 4)
    const whole = readFileSync(path)
    for (let size = before.length; size < whole.length; size += 1) {
      writeFileSync(path, whole.subarray(0, size))
      expect(under.read().lines.map((line) => line.event_id)).toEqual([ulid(1)])
      expect(under.read().end.offset).toBe(before.length)
    }
    writeFileSync(path, whole)
    expect(under.read().lines).toHaveLength(4)
  })

  it('loses no later command to one that was cut short', () => {
    const { journal: under, path } = journal()
    append(under, 1)
    const whole = record(2, 3) + noteLine(2) + noteLine(3)
    for (const cut of [
      10,
      record(2, 3).length,
      record(2, 3).length + 30,
      whole.length - noteLine(3).length,
    ]) {
      const before = readFileSync(path)
      appendFileSync(path, whole.slice(0, cut))
      append(under, 4)
      expect(under.read().lines.map((line) => line.event_id)).toEqual([ulid(1), ulid(4)])
      writeFileSync(path, before)
    }
  })

  it('passes over a command whose bytes are not the ones written', () => {
    const { journal: under, path } = journal()
    append(under, 1, 2)
    append(under, 3)
    writeFileSync(path, readFileSync(path, 'utf8').replace('note 2', 'mote 2'))
    expect(under.read().lines.map((line) => line.event_id)).toEqual([ulid(3)])
  })

  it('moves what was cut short to the errors folder', () => {
    const { journal: under, path } = journal()
    const errors = join(dirname(path), 'errors')
    append(under, 1)
    const before = readFileSync(path, 'utf8')
    expect(under.repair(errors)).toBeUndefined()
    appendFileSync(path, record(2, 3) + noteLine(2))
    expect(under.repair(errors)).toMatch(/^journal\.jsonl was repaired at byte \d+: part of a command/)
    expect(readFileSync(path, 'utf8')).toBe(before)
    expect(readdirSync(errors)).toHaveLength(1)
    append(under, 4)
    expect(under.read().lines.map((line) => line.event_id)).toEqual([ulid(1), ulid(4)])
  })

  it('passes over anything that is no event', () => {
    const { journal: under, path } = journal()
    mkdirSync(dirname(path))
    writeFileSync(path, `\n7\nnull\n{}\n{"event_id":1,"timestamp":2}\n\0\0\n${noteLine(1)}`)
    expect(under.read().lines.map((line) => line.event_id)).toEqual([ulid(1)])
  })

  it('is replaced whole, and leaves nothing behind when it cannot be', () => {
    const { journal: under, path } = journal()
    append(under, 1, 2)
    under.rewrite(under.read().lines.slice(1))
    expect(readFileSync(path, 'utf8')).toBe(noteLine(2))
    under.rewrite([])
    expect(readFileSync(path, 'utf8')).toBe('')
    expect(readdirSync(dirname(path))).toEqual(['journal.jsonl'])
    const folder = join(tempFolder(), 'folder')
    mkdirSync(join(folder, 'inside'), { recursive: true })
    expect(errorOf(() => new FileJournal(folder).rewrite([])).kind).toBe('UnsafeSetup')
    expect(readdirSync(dirname(folder))).toEqual(['folder'])
  })
})
