import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { LogLine } from '../../../src/core/log/event-log.js'
import { LineReader, MAX_LINE_BYTES } from '../../../src/core/log/format/line-codec.js'
import { LineFeed } from '../../../src/core/log/format/line-feed.js'
import { noteLine, ulid } from '../../support/events.js'

/** The lines of a file that arrives in these parts. */
function fed(parts: readonly (string | Buffer)[]): LogLine[] {
  const feed = new LineFeed(new LineReader('2026-11-22.jsonl', 0, 0))
  const lines: LogLine[] = []
  for (const part of parts) feed.push(Buffer.from(part), lines)
  feed.end(lines)
  return lines
}

const ids = (lines: readonly LogLine[]) => lines.map(({ event, problem }) => event?.event_id ?? problem?.kind)
const place = ({ line, offset, length }: LogLine) => ({ line, offset, length })

const TOO_LONG = 'x'.repeat(MAX_LINE_BYTES)

describe('lines of a file that arrives in parts', () => {
  it('are those of the whole file, wherever the parts end', () => {
    const file = Buffer.from(`${noteLine(1)}\nno event\n${noteLine(2, { actor: 'Ærø' })}${noteLine(3)}`)
    const whole = fed([file])
    expect(ids(whole)).toEqual([ulid(1), 'not_json', ulid(2), ulid(3)])
    fc.assert(
      fc.property(fc.array(fc.nat(file.length)), (ends) => {
        const borders = [0, ...ends.sort((a, b) => a - b), file.length]
        const parts = borders.slice(1).map((end, at) => file.subarray(borders[at], end))
        expect(fed(parts)).toEqual(whole)
      }),
    )
  })

  it('count as events without a last newline where they are whole', () => {
    expect(ids(fed([noteLine(1), noteLine(2).trimEnd()]))).toEqual([ulid(1), ulid(2)])
    expect(ids(fed([noteLine(1), noteLine(2).slice(0, -2)]))).toEqual([ulid(1)])
    expect(fed([])).toEqual([])
  })

  it('are read as long as a line may be, and named where they are longer', () => {
    const longest = `${'x'.repeat(MAX_LINE_BYTES - 1)}\n`
    expect(ids(fed([longest.slice(0, 9), longest.slice(9), noteLine(1)]))).toEqual(['not_json', ulid(1)])
    for (const parts of [
      [TOO_LONG, 'x\n'],
      [TOO_LONG.slice(1), 'xx', '\n'],
      [TOO_LONG, TOO_LONG, 'x', '\n'],
    ]) {
      const length = parts.join('').length
      const [long, next] = fed([...parts.slice(0, -1), `${parts.at(-1) ?? ''}${noteLine(1)}`])
      expect(long).toMatchObject({ line: 1, offset: 0, length, problem: { kind: 'line_too_long' } })
      expect(next).toMatchObject({ line: 2, offset: length, event: { event_id: ulid(1) } })
    }
  })

  it('are named where they are too long and the file ends in them', () => {
    const lines = fed([noteLine(1), TOO_LONG, 'xx'])
    expect(lines.map(place)).toEqual([
      place(fed([noteLine(1)])[0] as LogLine), // that one line
      { line: 2, offset: Buffer.byteLength(noteLine(1)), length: MAX_LINE_BYTES + 2 },
    ])
    expect(ids(lines)).toEqual([ulid(1), 'line_too_long'])
  })

  it('come as soon as they end', () => {
    const feed = new LineFeed(new LineReader('2026-11-22.jsonl', 0, 0))
    const lines: LogLine[] = []
    feed.push(Buffer.from(noteLine(1) + noteLine(2).slice(0, 10)), lines)
    expect(ids(lines)).toEqual([ulid(1)])
    feed.push(Buffer.from(noteLine(2).slice(10)), lines)
    expect(ids(lines)).toEqual([ulid(1), ulid(2)])
  })
})
