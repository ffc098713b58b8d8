import { writeFileSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { anyHistories } from '../../../packages/events/test/histories.js'
import { encodeEvent, type LogEvent } from '../../../src/core/events-lib.js'
import { catchUp } from '../../../src/core/index/ingest/catch-up.js'
import { MemoryEventIndex } from '../../../src/core/index/memory-event-index.js'
import { type EventLog, type LogLine, SCAN_START } from '../../../src/core/log/event-log.js'
import { PlainLog } from '../../support/plain-log.js'
import { Random } from '../../support/random.js'

/** `KITTY_LINES=2000000` tries that many lines, of which half are mutated; `KITTY_SEED` begins elsewhere. */
const COUNT = Number(process.env['KITTY_LINES'] ?? 2_000)
const FIRST = Number(process.env['KITTY_SEED'] ?? 1)
const LINES_A_FILE = 100
const FILE = '2026-11-22.jsonl'

/** What a merge, an editor, another program or an attacker puts into a line. */
const PIECES: readonly Buffer[] = [
  ...[
    '__proto__',
    'constructor',
    'prototype',
    'toString',
    '\\u0000',
    '\\ud800',
    '\u2028',
    '\u202e',
    '\ufeff',
    '\r',
  ],
  ...[
    '1e999',
    '-0',
    '1.5',
    '9007199254740993',
    '"',
    '\\',
    '{',
    '}',
    '[',
    ']',
    ':',
    ',',
    'null',
    'true',
    '""',
    ' ',
  ],
  ...[
    '<<<<<<< HEAD',
    '=======',
    '>>>>>>> theirs',
    '"payload":{',
    '"event_id":',
    '"parents":[',
    '['.repeat(300),
  ],
].map((text) => Buffer.from(text))
const BYTES = [0x00, 0x0a, 0x0d, 0x1b, 0x7f, 0x80, 0xc0, 0xed, 0xff].map((byte) => Buffer.from([byte]))

function mutated(line: Buffer, other: Buffer, random: Random): Buffer {
  // A line's ends matter more than its middle: marks of byte order and Windows' line ends.
  const at = random.pick([0, line.length, random.int(0, line.length), random.int(0, line.length)])
  const to = Math.min(line.length, at + random.int(0, random.chance(0.2) ? line.length : 8))
  const [before, cut, after] = [line.subarray(0, at), line.subarray(at, to), line.subarray(to)]
  const piece = random.pick([...PIECES, ...BYTES])
  const [from, until] = [random.int(0, other.length), random.int(0, other.length)].sort((a, b) => a - b)
  return random.pick([
    (): Buffer => Buffer.concat([before, after]),
    (): Buffer => Buffer.concat([before, piece, cut, after]),
    (): Buffer => Buffer.concat([before, piece, after]),
    (): Buffer => Buffer.concat([before, cut, cut, after]),
    (): Buffer => Buffer.concat([before, other.subarray(from, until), after]),
    (): Buffer =>
      Buffer.concat([before, Buffer.from(cut.map((byte) => byte ^ (1 << random.int(0, 7)))), after]),
    (): Buffer => Buffer.concat([line, other]),
    (): Buffer => before,
  ])()
}

interface Written {
  readonly bytes: Buffer
  /** Undefined for a line that was mutated. */
  readonly event: LogEvent | undefined
}

/** The lines of one file, as a newline divides them. */
function linesOf(events: readonly LogEvent[], random: Random): Written[] {
  return Array.from({ length: LINES_A_FILE }).flatMap((): Written[] => {
    const event = random.pick(events)
    let bytes: Buffer = Buffer.from(encodeEvent(event).trimEnd())
    if (random.chance(0.5)) return [{ bytes, event }]
    for (let times = random.int(1, 3); times > 0; times -= 1)
      bytes = mutated(bytes, Buffer.from(encodeEvent(random.pick(events)).trimEnd()), random)
    return bytes
      .toString('latin1')
      .split('\n')
      .map((text) => ({ bytes: Buffer.from(text, 'latin1'), event: undefined }))
  })
}

/** A mark of byte order at the start of the file is no part of its first line. */
function isBlank(bytes: Buffer, isFirst: boolean): boolean {
  const text = bytes.toString('latin1')
  return (isFirst && text.startsWith('\xef\xbb\xbf') ? text.slice(3) : text).trim() === ''
}

/** @returns what is wrong with how the line was read */
function faultOf({ event }: Written, read: LogLine | undefined, log: EventLog): string | undefined {
  if (read === undefined) return 'it is neither read nor reported'
  if (read.event === undefined && read.problem === undefined) return 'it has neither event nor problem'
  if (event !== undefined && !isDeepStrictEqual(read.event, event)) return 'a whole line was not read'
  if (read.event === undefined) return undefined
  const [again] = log.readEvents([read])
  if (!isDeepStrictEqual(again, read.event)) return 'it is read as another event the second time'
  return undefined
}

it(
  'a log of mutated lines has each line read or reported, and hides no whole one',
  async () => {
    const made = new PlainLog()
    const { log } = made
    const events = fc.sample(anyHistories, { numRuns: 60, seed: 1 }).flat()
    let [good, reported] = [0, 0]
    for (let seed = FIRST; seed < FIRST + COUNT / LINES_A_FILE; seed += 1) {
      const lines = linesOf(events, new Random(seed))
      writeFileSync(made.path(FILE), Buffer.concat(lines.map(({ bytes }) => Buffer.concat([bytes, NEWLINE]))))
      const read = new Map([...log.scan(FILE, SCAN_START)].flat().map((line) => [line.line, line]))
      for (const [at, line] of lines.entries()) {
        const found = read.get(at + 1)
        if (found === undefined && isBlank(line.bytes, at === 0)) continue
        const fault = faultOf(line, found, log)
        if (fault !== undefined)
          expect.fail(`seed ${seed}, line ${at + 1}: ${fault}: ${line.bytes.toString()}`)
        if (found?.event !== undefined) good += 1
        if (found?.problem !== undefined) reported += 1
      }
      expect(read.size).toBeLessThanOrEqual(lines.length)
      await catchUp(log, new MemoryEventIndex())
    }
    expect(Object.keys(Object.prototype)).toEqual([])
    expect(good).toBeGreaterThan(COUNT / 2.5)
    expect(reported).toBeGreaterThan(COUNT / 5)
  },
  COUNT * 20 + 5_000,
)

const NEWLINE = Buffer.from('\n')
