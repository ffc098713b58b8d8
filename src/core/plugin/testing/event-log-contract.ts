import { AssertionError, deepStrictEqual, ok, strictEqual } from 'node:assert/strict'
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import type { EventLog, LogLine, ScanEnd, ScanPosition } from '../../log/event-log.js'
import { SCAN_START } from '../../log/event-log.js'
import { isKittyError } from '../../errors/kitty-error.js'
import { note, noteLine, ulid } from './notes.js'
import { type Promised, promised } from './promised.js'
import { removeTree } from '../../platform/remove-path.js'

export interface LogUnderTest {
  readonly log: EventLog
  readonly eventsDir: string
}

const DAY = '2026-11-22.jsonl'

/** Runs a scan to its end: its lines and where it ended. */
function scanAll(
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

/** What every event log must satisfy, whatever stores its bytes. */
export function eventLogContract(make: () => LogUnderTest): Promised[] {
  return [
    promised('tells by the state of its folder that a file came, and not that one grew', () => {
      const { log } = make()
      log.append([note(1)])
      const before = log.folderState()
      log.append([note(2)])
      strictEqual(log.folderState(), before)
      log.append([note(3, { timestamp: '2026-11-23T12:00:00.000Z' })])
      ok(log.folderState() !== before)
    }),

    promised('gives back what was appended, in order, from where it says it is', () => {
      const { log, eventsDir } = make()
      const events = [
        note(1),
        note(2, { payload: { feature_slug: '001-login', text: 'Grüße, 猫 🐈 \u2028' } }),
        note(3),
      ]
      const places = log.append(events)
      deepStrictEqual(
        places.map((place) => place.event),
        events,
      )
      deepStrictEqual(log.readEvents(places), events)
      deepStrictEqual(log.readEvents([...places].reverse()), [...events].reverse())
      deepStrictEqual(
        scanAll(log).lines.map((line) => line.event),
        events,
      )
      deepStrictEqual(
        scanAll(log).lines.map(({ offset, length }) => ({ offset, length })),
        places.map(({ offset, length }) => ({ offset, length })),
      )
      strictEqual(readFileSync(join(eventsDir, DAY), 'utf8').endsWith('\n'), true)
    }),

    promised('keeps what was there: the old file is the front part of the new one', () => {
      const { log, eventsDir } = make()
      log.append([note(1)])
      const before = readFileSync(join(eventsDir, DAY))
      log.append([note(2)])
      deepStrictEqual(readFileSync(join(eventsDir, DAY)).subarray(0, before.length), before)
    }),

    promised('writes each event into the file of its UTC day', () => {
      const { log } = make()
      const places = log.append([note(1), note(2, { timestamp: '2026-11-23T00:00:00.000Z' }), note(3)])
      deepStrictEqual(
        places.map((place) => place.file),
        [DAY, DAY, '2026-11-23.jsonl'],
      )
      deepStrictEqual(
        log.list().map((file) => file.name),
        [DAY, '2026-11-23.jsonl'],
      )
    }),

    promised('does nothing for no events', () => {
      const { log } = make()
      deepStrictEqual(log.append([]), [])
      deepStrictEqual(log.list(), [])
    }),

    promised('refuses a line over 256 KiB and stores nothing of that append', () => {
      const { log } = make()
      const payload = { feature_slug: '001-login', text: 'x'.repeat(256 * 1024) }
      const long = note(2, { event_type: 'x.other.Thing', payload })
      holds(
        errorOf(() => log.append([note(1), long])),
        {
          kind: 'ValidationError',
          exitCode: 1,
        },
      )
      deepStrictEqual(log.list(), [])
    }),

    promised('lists day files of both forms by name and passes over everything else', () => {
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
      deepStrictEqual(
        log.list().map((file) => file.name),
        listed,
      )
      strictEqual(log.list()[0]?.size, noteLine(1).length)
    }),

    promised('is empty before there is a folder, and after it is gone', () => {
      const { log, eventsDir } = make()
      deepStrictEqual(log.list(), [])
      log.append([note(1)])
      removeTree(eventsDir)
      deepStrictEqual(log.list(), [])
      deepStrictEqual(scanAll(log), {
        lines: [],
        end: { offset: 0, line: 0, crc: 0, tornBytes: 0, identity: '' },
      })
      strictEqual(log.prefixCrc(DAY, 1), undefined)
      deepStrictEqual(log.readEvents([{ file: DAY, offset: 0, length: 10 }]), [undefined])
      deepStrictEqual(log.prepare(), [])
    }),

    promised('goes on where a scan ended as if it had never stopped', () => {
      const { log } = make()
      log.append([note(1), note(2)])
      const first = scanAll(log)
      log.append([note(3)])
      const second = scanAll(log, DAY, first.end)
      const whole = scanAll(log)
      deepStrictEqual([...first.lines, ...second.lines], whole.lines)
      deepStrictEqual(second.end, whole.end)
      ok(first.end.identity !== second.end.identity)
    }),

    promised('gives the checksum of any front part, and none beyond the end', () => {
      const { log, eventsDir } = make()
      log.append([note(1), note(2)])
      const bytes = readFileSync(join(eventsDir, DAY))
      const { end } = scanAll(log)
      holds(end, { offset: bytes.length, line: 2, tornBytes: 0 })
      strictEqual(end.crc, crc32(bytes))
      strictEqual(log.prefixCrc(DAY, bytes.length), end.crc)
      strictEqual(log.prefixCrc(DAY, 10), crc32(bytes.subarray(0, 10)))
      strictEqual(log.prefixCrc(DAY, 0), 0)
      strictEqual(log.prefixCrc(DAY, bytes.length + 1), undefined)
    }),

    promised('passes over a torn tail without a word and without moving past it', () => {
      const { log, eventsDir } = make()
      log.append([note(1)])
      appendFileSync(join(eventsDir, DAY), noteLine(2).slice(0, 40))
      const { lines, end } = scanAll(log)
      strictEqual(lines.length, 1)
      holds(end, { offset: noteLine(1).length, line: 1, tornBytes: 40 })
      appendFileSync(join(eventsDir, DAY), noteLine(2).slice(40))
      strictEqual(scanAll(log, DAY, end).lines[0]?.event?.event_id, ulid(2))
    }),

    promised('answers undefined for places that hold no event', () => {
      const { log } = make()
      const [place] = log.append([note(1), note(2)])
      if (place === undefined) throw new Error('nothing was appended')
      deepStrictEqual(
        log.readEvents([
          { ...place, offset: place.offset + 1 },
          { ...place, length: place.length - 1 },
          { ...place, length: place.length * 2 },
          { ...place, offset: 1_000_000 },
          { ...place, length: 0 },
          place,
        ]),
        [undefined, undefined, undefined, undefined, undefined, place.event],
      )
    }),

    promised('reads events that stand glued in one line', () => {
      const { log, eventsDir } = make()
      mkdirSync(eventsDir, { recursive: true })
      writeFileSync(join(eventsDir, DAY), noteLine(1).trimEnd() + noteLine(2))
      const { lines } = scanAll(log)
      deepStrictEqual(
        log.readEvents(lines).map((event) => event?.event_id),
        [ulid(1), ulid(2)],
      )
    }),

    promised('puts lines back byte for byte, each id once', () => {
      const { log, eventsDir } = make()
      log.append([note(1)])
      const bytes = Buffer.from(noteLine(2).replace('"ada"', '"ada", "extra": 1'))
      const line = { event_id: ulid(2), timestamp: '2026-11-22T09:30:00.000Z', bytes }
      strictEqual(log.putBack([line, line]), 1)
      strictEqual(readFileSync(join(eventsDir, DAY), 'utf8'), noteLine(1) + bytes.toString())
    }),

    promised('never lets a tail that git has just put there swallow the next line', () => {
      const { log, eventsDir } = make()
      mkdirSync(eventsDir, { recursive: true })
      writeFileSync(join(eventsDir, DAY), noteLine(1).trimEnd())
      const [place] = log.append([note(2)])
      holds(place, { offset: noteLine(1).length })
      deepStrictEqual(
        scanAll(log).lines.map((line) => line.event?.event_id),
        [ulid(1), ulid(2)],
      )
    }),
  ]
}

/** Checks the value of each of these keys; other keys may have any value. */
function holds<T extends object>(actual: T | undefined, expected: Partial<T>): void {
  ok(actual !== undefined)
  for (const [key, value] of Object.entries(expected)) deepStrictEqual(Reflect.get(actual, key), value, key)
}

function errorOf(act: () => unknown): { readonly kind: string; readonly exitCode: number } {
  try {
    act()
  } catch (error) {
    if (isKittyError(error)) return error
    throw error
  }
  throw new AssertionError({ message: 'nothing was refused' })
}
