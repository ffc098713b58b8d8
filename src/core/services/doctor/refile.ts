import type { IndexRow } from '../../index/index-row.js'
import type { IndexHealth } from '../../index/index-health.js'
import { cutLines } from '../../log/format/cut-lines.js'
import { type EventLog, type LogLine, type RawLine, SCAN_START } from '../../log/event-log.js'

interface Log {
  readonly log: EventLog
  readonly health: IndexHealth
  readonly eventsDir: string
}

/**
 * Moves events into the files of their days. They are written there and on disk before they are cut here. Requires the
 * lock.
 */
export async function refile({ log, health, eventsDir }: Log): Promise<void> {
  const index = await health.replay()
  const identities = new Map((await index.watermarks()).map((mark) => [mark.file, mark.identity]))
  const misfiled = await index.misfiled()
  await index.close()
  for (const file of new Set(misfiled.map((row) => row.file))) {
    const rows = misfiled.filter((row) => row.file === file).sort((a, b) => a.offset - b.offset)
    const lines = rows.flatMap((row) => rawLine(log, row))
    // Git may be working on the file. A line that cannot be read must not be cut.
    if (lines.length < rows.length) continue
    log.putBack(lines)
    cutLines(eventsDir, file, rows, identities.get(file) ?? '')
  }
}

/** Cuts lines that are also, byte for byte, in another file of the log. Requires the lock. */
export async function dropCopies({ log, health, eventsDir }: Log): Promise<void> {
  const index = await health.replay()
  const copies = (await index.problems()).filter((problem) => problem.kind === 'duplicate_elsewhere')
  for (const file of new Set(copies.map((copy) => copy.file))) {
    const wanted = new Set(copies.filter((copy) => copy.file === file).map((copy) => copy.line))
    const { lines, identity } = linesOf(log, file, wanted)
    const kept = new Map(
      (await index.rows(lines.flatMap(({ event }) => event?.event_id ?? []))).map((row) => [
        row.event_id,
        row,
      ]),
    )
    const doubled = lines.filter((line) => {
      const other = kept.get(line.event?.event_id ?? '')
      return other !== undefined && other.file !== file && log.readLine(other) === log.readLine(line)
    })
    if (doubled.length > 0) cutLines(eventsDir, file, doubled, identity)
  }
  await index.close()
}

function linesOf(
  log: EventLog,
  file: string,
  wanted: ReadonlySet<number>,
): { lines: LogLine[]; identity: string } {
  const lines: LogLine[] = []
  const scan = log.scan(file, SCAN_START)
  let step = scan.next()
  for (; !step.done; step = scan.next()) lines.push(...step.value.filter(({ line }) => wanted.has(line)))
  return { lines, identity: step.value.identity }
}

/** The line as kitty writes it, whatever line end an editor gave the file. */
function rawLine(log: EventLog, row: IndexRow): RawLine[] {
  const line = log.readLine(row)
  return line === undefined
    ? []
    : [{ event_id: row.event_id, timestamp: row.timestamp, bytes: Buffer.from(`${line}\n`, 'latin1') }]
}
