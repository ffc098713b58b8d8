import { appendFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { CLOCK_GAP } from '../../../src/core/events-lib.js'
import { catchUp } from '../../../src/core/index/ingest/catch-up.js'
import { MemoryEventIndex } from '../../../src/core/index/memory-event-index.js'
import { sameAnswers } from '../../../src/core/services/verify/same-answers.js'
import { noteLine } from '../../support/events.js'
import { INDEX_KINDS } from '../../support/index-kinds.js'
import { PlainLog } from '../../support/plain-log.js'

const DAY = '2026-11-22.jsonl'
const OTHER = '2026-11-22.aaa.jsonl'
const MISFILED = { timestamp: '2026-11-21T09:30:00.000Z' }
const crlf = (seed: number): string => noteLine(seed).replace('\n', '\r\n')
const far = (seed: number): string => noteLine(seed, { lamport_clock: 5 * CLOCK_GAP })

/** What comes one after the other: a file, and what is added to it. */
type Part = readonly [file: string, text: string]

describe.each(INDEX_KINDS)('an index in $kind that has read a log in parts', ({ make }) => {
  it.each<[string, ...Part[]]>([
    ['two lines out of order', [DAY, noteLine(5) + noteLine(3)], [DAY, noteLine(4)]],
    ['a line behind a misfiled one', [DAY, noteLine(1) + noteLine(5, MISFILED)], [DAY, noteLine(4)]],
    [
      'a line behind one that cannot be true',
      [DAY, noteLine(1) + far(2)],
      [OTHER, noteLine(6)],
      [DAY, noteLine(5)],
    ],
    ['Windows line ends', [DAY, crlf(1)], [DAY, crlf(2)]],
    [
      'a tail too long for a line',
      [DAY, `${noteLine(1)}${'x'.repeat(300_000)}`],
      [DAY, 'x'],
      [DAY, `x\n${noteLine(2)}`],
    ],
    [
      'a copy that comes before the file',
      [DAY, noteLine(1) + noteLine(2)],
      [OTHER, noteLine(2) + noteLine(1)],
    ],
    ['a copy that comes after the file', [OTHER, noteLine(1)], [DAY, noteLine(2) + noteLine(1)]],
    ['another line with the same ID', [DAY, noteLine(1)], [OTHER, noteLine(1, { actor: 'zoe' })]],
    [
      'another line with the same ID, which counts',
      [DAY, noteLine(1)],
      [OTHER, noteLine(1, { actor: 'aaa' })],
    ],
  ])('answers like one that has read it at one time, with %s', async (_, ...parts) => {
    const made = new PlainLog()
    const index = await make()
    for (const [file, text] of parts) {
      appendFileSync(made.path(file), text)
      await catchUp(made.log, index)
    }
    const fresh = new MemoryEventIndex()
    await catchUp(made.log, fresh)
    expect(await index.problems()).toHaveLength((await fresh.problems()).length)
    expect(await sameAnswers(index, fresh)).toBe(true)
  })
})
