import { appendFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import type { EventLog, LogLine, ScanEnd, ScanPosition } from '../../src/core/log/event-log.js'
import { SCAN_START } from '../../src/core/log/event-log.js'
import { note, noteLine, ulid } from '../support/events.js'
import { errorOf } from '../support/kitty-error.js'

export interface LogUnderTest {
  readonly log: EventLog
  readonly eventsDir: string
}

export const DAY = '2026-11-22.jsonl'

/** All of a scan: its lines and where it ended. */
export function scanAll(
  log: EventLog,
  file = DAY,
  from: ScanPosition = SCAN_START,
): { lines: LogLine[]; end: ScanEnd } {
  const lines: LogLine[] = []
  const scan = log.scan(file, from)
  for (;;) {
    const step = scan.next()
    if (step.done === true) return { lines, end: step.value }
    lines.push(...step.value)
  }
}

/** What every event log promises, whatever keeps its bytes. */
export function describeEventLog(name: string, make: () => LogUnderTest): void {
  describe(name, () => {
    it('gives back what was appended, in order, from where it says it is', () => {
      const { log, eventsDir } = make()
      const events = [
        note(1),
        note(2, { payload: { feature_slug: '001-login', text: 'Grüße, 猫 🐈 \u2028' } }),
        note(3),
      ]
      const places = log.append(events)
      expect(places.map((place) => place.event)).toEqual(events)
      expect(log.readEvents(places)).toEqual(events)
      expect(log.readEvents([...places].reverse())).toEqual([...events].reverse())
      expect(scanAll(log).lines.map((line) => line.event)).toEqual(events)
      expect(scanAll(log).lines.map(({ offset, length }) => ({ offset, length }))).toEqual(
        places.map(({ offset, length }) => ({ offset, length })),
      )
      expect(readFileSync(join(eventsDir, DAY), 'utf8').endsWith('\n')).toBe(true)
    })

    it('keeps what was there: the old file is the front part of the new one', () => {
      const { log, eventsDir } = make()
      log.append([note(1)])
      const before = readFileSync(join(eventsDir, DAY))
      log.append([note(2)])
      expect(readFileSync(join(eventsDir, DAY)).subarray(0, before.length)).toEqual(before)
    })

    it('writes each event into the file of its UTC day', () => {
      const { log } = make()
      const places = log.append([note(1), note(2, { timestamp: '2026-11-23T00:00:00.000Z' }), note(3)])
      expect(places.map((place) => place.file)).toEqual([DAY, DAY, '2026-11-23.jsonl'])
      expect(log.list().map((file) => file.name)).toEqual([DAY, '2026-11-23.jsonl'])
    })

    it('does nothing for no events', () => {
      const { log } = make()
      expect(log.append([])).toEqual([])
      expect(log.list()).toEqual([])
    })

    it('refuses a line over 256 KiB and stores nothing of that append', () => {
      const { log } = make()
      const payload = { feature_slug: '001-login', text: 'x'.repeat(256 * 1024) }
      const long = note(2, { event_type: 'x.other.Thing', payload })
      expect(errorOf(() => log.append([note(1), long]))).toMatchObject({
        kind: 'ValidationError',
        exitCode: 1,
      })
      expect(log.list()).toEqual([])
    })

    it('lists day files of both forms by name and passes over everything else', () => {
      const { log, eventsDir } = make()
      mkdirSync(eventsDir, { recursive: true })
      const listed = ['2026-11-21.jsonl', '2026-11-22.ada-laptop.jsonl', '2026-11-22.jsonl']
      const others = [
        'index.db',
        '2026-11-22.jsonl.tmp',
        'notes.jsonl',
        '.2026-11-22.jsonl',
        '2026-11-22.a.b.jsonl',
      ]
      for (const file of [...listed, ...others].reverse()) writeFileSync(join(eventsDir, file), noteLine(1))
      expect(log.list().map((file) => file.name)).toEqual(listed)
      expect(log.list()[0]?.size).toBe(noteLine(1).length)
    })

    it('is empty before there is a folder, and after it is gone', () => {
      const { log, eventsDir } = make()
      expect(log.list()).toEqual([])
      log.append([note(1)])
      rmSync(eventsDir, { recursive: true })
      expect(log.list()).toEqual([])
      expect(scanAll(log)).toEqual({
        lines: [],
        end: { offset: 0, line: 0, crc: 0, tornBytes: 0, identity: '' },
      })
      expect(log.prefixCrc(DAY, 1)).toBeUndefined()
      expect(log.readEvents([{ file: DAY, offset: 0, length: 10 }])).toEqual([undefined])
      for (const file of ['../../README.md', '\0', '']) {
        expect(log.readEvents([{ file, offset: 0, length: 10 }])).toEqual([undefined])
      }
      expect(log.prepare()).toEqual([])
    })

    it('goes on where a scan ended as if it had never stopped', () => {
      const { log } = make()
      log.append([note(1), note(2)])
      const first = scanAll(log)
      log.append([note(3)])
      const second = scanAll(log, DAY, first.end)
      const whole = scanAll(log)
      expect([...first.lines, ...second.lines]).toEqual(whole.lines)
      expect(second.end).toEqual(whole.end)
      expect(first.end.identity).not.toBe(second.end.identity)
    })

    it('gives the checksum of any front part, and none beyond the end', () => {
      const { log, eventsDir } = make()
      log.append([note(1), note(2)])
      const bytes = readFileSync(join(eventsDir, DAY))
      const { end } = scanAll(log)
      expect(end).toMatchObject({ offset: bytes.length, line: 2, tornBytes: 0 })
      expect(end.crc).toBe(crc32(bytes))
      expect(log.prefixCrc(DAY, bytes.length)).toBe(end.crc)
      expect(log.prefixCrc(DAY, 10)).toBe(crc32(bytes.subarray(0, 10)))
      expect(log.prefixCrc(DAY, 0)).toBe(0)
      expect(log.prefixCrc(DAY, bytes.length + 1)).toBeUndefined()
    })

    it('passes over a torn tail without a word and without moving past it', () => {
      const { log, eventsDir } = make()
      log.append([note(1)])
      appendFileSync(join(eventsDir, DAY), noteLine(2).slice(0, 40))
      const { lines, end } = scanAll(log)
      expect(lines).toHaveLength(1)
      expect(end).toMatchObject({ offset: noteLine(1).length, line: 1, tornBytes: 40 })
      appendFileSync(join(eventsDir, DAY), noteLine(2).slice(40))
      expect(scanAll(log, DAY, end).lines[0]?.event?.event_id).toBe(ulid(2))
    })

    it('answers undefined for places that hold no event', () => {
      const { log } = make()
      const [place] = log.append([note(1), note(2)])
      if (place === undefined) throw new Error('nothing was appended')
      expect(
        log.readEvents([
          { ...place, offset: place.offset + 1 },
          { ...place, length: place.length - 1 },
          { ...place, length: place.length * 2 },
          { ...place, offset: 1_000_000 },
          { ...place, length: 0 },
          place,
        ]),
      ).toEqual([undefined, undefined, undefined, undefined, undefined, place.event])
    })

    it('reads events that stand glued in one line', () => {
      const { log, eventsDir } = make()
      mkdirSync(eventsDir, { recursive: true })
      writeFileSync(join(eventsDir, DAY), noteLine(1).trimEnd() + noteLine(2))
      const { lines } = scanAll(log)
      expect(log.readEvents(lines).map((event) => event?.event_id)).toEqual([ulid(1), ulid(2)])
    })

    it('puts lines back byte for byte, each id once', () => {
      const { log, eventsDir } = make()
      log.append([note(1)])
      const bytes = Buffer.from(noteLine(2).replace('"ada"', '"ada", "extra": 1'))
      const line = { event_id: ulid(2), timestamp: '2026-11-22T09:30:00.000Z', bytes }
      expect(log.putBack([line, line])).toBe(1)
      expect(readFileSync(join(eventsDir, DAY), 'utf8')).toBe(noteLine(1) + bytes.toString())
    })

    it('never lets a tail that git has just put there swallow the next line', () => {
      const { log, eventsDir } = make()
      mkdirSync(eventsDir, { recursive: true })
      writeFileSync(join(eventsDir, DAY), noteLine(1).trimEnd())
      const [place] = log.append([note(2)])
      expect(place).toMatchObject({ offset: noteLine(1).length })
      expect(scanAll(log).lines.map((line) => line.event?.event_id)).toEqual([ulid(1), ulid(2)])
    })
  })
}
