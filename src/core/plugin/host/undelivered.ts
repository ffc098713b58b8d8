import { compareEvents, type LogEvent } from '../../events-lib.js'
import {
  type EventLocation,
  type EventLog,
  type LogFile,
  SCAN_START,
  type ScanEnd,
  type ScanPosition,
} from '../../log/event-log.js'
import type { FileMark, HookCursor } from './hook-cursor.js'

/** An event that a hook has not received, and its location. */
export interface PendingEvent extends EventLocation {
  readonly event_id: LogEvent['event_id']
  readonly lamport_clock: LogEvent['lamport_clock']
}

export interface Undelivered {
  /** In total order, without duplicates. */
  readonly events: readonly PendingEvent[]
  /** Where each file of the log ends. Store these once the events are delivered. */
  readonly marks: ReadonlyMap<string, FileMark>
}

/**
 * Finds the events that a hook has not received. Reads a file that only grew from where it ended before. Reads a file
 * that git or a merge rewrote in full, and uses the IDs to tell which of its events are new.
 */
export function undelivered(log: EventLog, cursor: HookCursor): Undelivered {
  const before = cursor.marks()
  const pending = new Map<string, PendingEvent>()
  const marks = new Map<string, FileMark>()
  for (const file of log.list()) {
    const known = before?.get(file.name)
    if (known?.size === file.size && known.identity === file.identity) {
      marks.set(file.name, known)
      continue
    }
    const grewFrom =
      known !== undefined && log.prefixCrc(file.name, known.offset) === known.crc ? known : undefined
    marks.set(file.name, collect(log, file, grewFrom, cursor, pending))
  }
  return { events: [...pending.values()].sort(compareEvents), marks }
}

function collect(
  log: EventLog,
  file: LogFile,
  grewFrom: ScanPosition | undefined,
  cursor: HookCursor,
  pending: Map<string, PendingEvent>,
): FileMark {
  const scan = log.scan(file.name, grewFrom ?? SCAN_START)
  for (;;) {
    const step = scan.next()
    if (step.done === true) return markOf(file, step.value)
    for (const { event, offset, length } of step.value) {
      if (event === undefined || pending.has(event.event_id)) continue
      // A merge may copy events from another file: new in this file, but already delivered.
      if (cursor.isDelivered(event.event_id)) continue
      const { event_id, lamport_clock } = event
      pending.set(event_id, { event_id, lamport_clock, file: file.name, offset, length })
    }
  }
}

/** A file written to during the read gets a size that differs from its real one, so the next run reads it again. */
function markOf(file: LogFile, { offset, line, crc, tornBytes, identity }: ScanEnd): FileMark {
  return { offset, line, crc, size: offset + tornBytes, identity: identity === file.identity ? identity : '' }
}
