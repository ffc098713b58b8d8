import { appendFileSync, readdirSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { type LogLine, SCAN_START, type ScanEnd, type ScanPosition } from '../../../src/core/log/event-log.js'
import { prefixCrc, scanFile } from '../../../src/core/log/format/scan-file.js'
import { noteLine, ulid } from '../../support/events.js'
import { errorOf } from '../../support/kitty-error.js'
import { CAN_LIST_OPEN_FILES, openFiles } from '../../support/open-files.js'
import { tempFolder } from '../../support/temp-folder.js'

const MEBIBYTE = 1024 * 1024

function scan(folder: string, from: ScanPosition = SCAN_START): { batches: LogLine[][]; end: ScanEnd } {
  const batches: LogLine[][] = []
  const generator = scanFile(folder, 'day.jsonl', from)
  for (;;) {
    const step = generator.next()
    if (step.done === true) return { batches, end: step.value }
    batches.push(step.value)
  }
}

describe('scanFile', () => {
  it('reads lines that lie across the borders of its chunks, in batches', () => {
    const folder = tempFolder()
    const content = Array.from({ length: 8_000 }, (_, index) => noteLine(index + 1)).join('')
    expect(content.length).toBeGreaterThan(2 * MEBIBYTE)
    writeFileSync(join(folder, 'day.jsonl'), content)
    const { batches, end } = scan(folder)
    expect(batches.length).toBeGreaterThan(2)
    expect(batches.flat().map((line) => line.event?.lamport_clock)).toEqual(
      Array.from({ length: 8_000 }, (_, index) => index + 1),
    )
    expect(end).toMatchObject({ offset: content.length, line: 8_000, crc: crc32(content), tornBytes: 0 })
  })

  it('reports a line of several chunks, and finds the lines before and behind it', () => {
    const folder = tempFolder()
    const content = `${noteLine(1)}${'x'.repeat(3 * MEBIBYTE)}\n${noteLine(2)}`
    writeFileSync(join(folder, 'day.jsonl'), content)
    const { batches, end } = scan(folder)
    const lines = batches.flat()
    expect(lines.map((line) => line.event?.event_id ?? line.problem?.kind)).toEqual([
      ulid(1),
      'line_too_long',
      ulid(2),
    ])
    expect(lines[1]).toMatchObject({ line: 2, offset: noteLine(1).length, length: 3 * MEBIBYTE + 1 })
    expect(lines[2]?.line).toBe(3)
    expect(end).toMatchObject({ offset: content.length, line: 3, crc: crc32(content) })
    expect(lines[1]?.problem?.message).toContain('line too long')
  })

  it('reports a tail that no line could become, without moving past it and without holding it in memory', () => {
    const folder = tempFolder()
    const path = join(folder, 'day.jsonl')
    writeFileSync(path, noteLine(1))
    truncateSync(path, 300 * MEBIBYTE)
    const before = process.memoryUsage.rss()
    const { batches, end } = scan(folder)
    expect(process.memoryUsage.rss() - before).toBeLessThan(100 * MEBIBYTE)
    expect(batches.flat()[1]).toMatchObject({ line: 2, problem: { kind: 'line_too_long' } })
    expect(end).toMatchObject({ offset: noteLine(1).length, line: 1, crc: crc32(noteLine(1)) })
    expect(end.tornBytes).toBe(300 * MEBIBYTE - noteLine(1).length)
  })

  it('closes its file when its reader stops early', () => {
    const folder = tempFolder()
    writeFileSync(join(folder, 'day.jsonl'), noteLine(1))
    const before = readdirSync('/dev/fd').length
    for (let time = 0; time < 10; time += 1) {
      const generator = scanFile(folder, 'day.jsonl', SCAN_START)
      generator.next()
      generator.return({ ...SCAN_START, tornBytes: 0, identity: '' })
    }
    expect(readdirSync('/dev/fd').length).toBe(before)
    expect(scan(folder).batches.flat()).toHaveLength(1)
  })

  it('shows a change made while it read as a change', () => {
    const folder = tempFolder()
    const path = join(folder, 'day.jsonl')
    writeFileSync(path, noteLine(1))
    const generator = scanFile(folder, 'day.jsonl', SCAN_START)
    generator.next()
    appendFileSync(path, noteLine(2))
    const { end } = scan(folder)
    expect(end.line).toBe(2)
    let step = generator.next()
    while (step.done !== true) step = generator.next()
    expect(step.value.identity).not.toBe(end.identity)
  })

  it('yields no batch without a line', () => {
    const folder = tempFolder()
    writeFileSync(join(folder, 'day.jsonl'), 'torn')
    expect(scan(folder)).toMatchObject({ batches: [], end: { offset: 0, tornBytes: 4 } })
    writeFileSync(join(folder, 'day.jsonl'), '')
    expect(scan(folder)).toMatchObject({ batches: [], end: { offset: 0, tornBytes: 0 } })
  })

  it('waits for the end of a tail of 256 KiB, and reports one that is a byte longer', () => {
    const folder = tempFolder()
    writeFileSync(join(folder, 'day.jsonl'), 'x'.repeat(256 * 1024))
    expect(scan(folder)).toMatchObject({ batches: [], end: { tornBytes: 256 * 1024 } })
    appendFileSync(join(folder, 'day.jsonl'), 'x')
    expect(scan(folder).batches.flat()).toMatchObject([{ problem: { kind: 'line_too_long' } }])
  })

  it('finds the end of a long line a few bytes into the last chunk', () => {
    const folder = tempFolder()
    const content = `${'x'.repeat(2 * MEBIBYTE + 3)}\n${noteLine(2)}`
    writeFileSync(join(folder, 'day.jsonl'), content)
    const { batches, end } = scan(folder)
    expect(batches.flat()).toMatchObject([
      { line: 1, offset: 0, length: 2 * MEBIBYTE + 4 },
      { line: 2, event: { event_id: ulid(2) } },
    ])
    expect(end).toMatchObject({ offset: content.length, line: 2, crc: crc32(content), tornBytes: 0 })
  })
})

describe('prefixCrc', () => {
  it('is that of a front part of several chunks, and of no byte more', () => {
    const path = join(tempFolder(), 'day.jsonl')
    const content = Buffer.alloc(3 * MEBIBYTE, 'some bytes')
    writeFileSync(path, content)
    for (const length of [MEBIBYTE, MEBIBYTE + MEBIBYTE / 2, content.length])
      expect(prefixCrc(path, length)).toBe(crc32(content.subarray(0, length)))
    expect(prefixCrc(path, content.length + 1)).toBeUndefined()
  })

  it.runIf(CAN_LIST_OPEN_FILES)('leaves its file closed', () => {
    const path = join(tempFolder(), 'day.jsonl')
    writeFileSync(path, 'bytes')
    prefixCrc(path, 5)
    prefixCrc(path, 6)
    expect(openFiles(path)).toEqual([])
  })

  it('refuses a folder instead of the file', () => {
    expect(errorOf(() => prefixCrc(tempFolder(), 1)).kind).toBe('UnsafeSetup')
  })
})
