import type { LogLine, RawLine } from '../event-log.js'
import { LineReader } from './line-codec.js'

/** Returns the events in a file's content, each as its own line with the log's line end. */
export function rawLinesIn(content: Buffer): RawLine[] {
  const text = content.at(-1) === 0x0a ? content : Buffer.concat([content, Buffer.from('\n')])
  const lines: LogLine[] = []
  new LineReader('', 0, 0).read(text, lines)
  return lines.flatMap(({ event, offset, length }) => {
    if (event === undefined) return []
    const line = text
      .toString('utf8', offset, offset + length)
      .replace(/^\uFEFF/, '')
      .replace(/\r?\n$/, '')
    return [{ event_id: event.event_id, timestamp: event.timestamp, bytes: Buffer.from(`${line}\n`) }]
  })
}
