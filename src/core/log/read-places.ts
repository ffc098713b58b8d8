import { closeSync, fstatSync } from 'node:fs'
import type { LogEvent, Registry } from '../events-lib.js'
import { assertPlainFile } from '../files/assert-safe.js'
import { openUnseen, readFully } from '../files/open-file.js'
import { SEPARATOR } from '../platform/paths.js'
import type { EventLocation, LogLine } from './event-log.js'
import { isDayFile } from './format/day-file.js'
import { LineReader, MAX_LINE_BYTES } from './format/line-codec.js'
import type { Redactions } from './redactions.js'

const LF = 0x0a
const BRACE = 0x7b

interface Reading {
  readonly registry: Registry | undefined
  readonly redactions: Redactions | undefined
  /** Gets the event of each place, undefined where there is none. */
  readonly into: (LogEvent | undefined)[]
}

/** Reads one file's events at the given places. @throws KittyError for something other than a plain file */
export function readPlaces(
  eventsDir: string,
  file: string,
  locations: readonly EventLocation[],
  places: readonly number[],
  { registry, redactions, into }: Reading,
): void {
  // A damaged index can name any path: open none but day files.
  if (!isDayFile(file)) return
  const path = `${eventsDir}${SEPARATOR}${file}`
  const fd = openUnseen(path)
  if (fd === undefined) return
  let areThere = false
  try {
    for (const place of places) {
      const location = locations[place]
      const event = location && eventAt(fd, location, registry)
      into[place] = event && (redactions?.counted(event) ?? event)
    }
    areThere = places.every((place) => into[place] !== undefined)
  } finally {
    closeAfterLook(fd, areThere ? undefined : path)
  }
}

/** @param suspect Path of a file that did not hold what we looked for. We throw unless it is a plain file. */
function closeAfterLook(fd: number, suspect: string | undefined): void {
  try {
    if (suspect !== undefined) assertPlainFile(suspect, fstatSync(fd))
  } finally {
    closeSync(fd)
  }
}

function eventAt(
  fd: number,
  { file, offset, length }: EventLocation,
  registry?: Registry,
): LogEvent | undefined {
  if (length < 1 || length > MAX_LINE_BYTES) return undefined
  const bytes = Buffer.allocUnsafe(length + 1)
  const found = bytes.subarray(0, readFully(fd, bytes, 0, length + 1, offset))
  const newline = found.indexOf(LF)
  // Without a newline, this event is followed by another one on the same line.
  if (newline < 0 && found[length] === BRACE) found[length] = LF
  else if (newline !== length - 1) return undefined
  const lines: LogLine[] = []
  new LineReader(file, 0, offset, registry).read(found.subarray(0, found.indexOf(LF) + 1), lines)
  return lines[0]?.event
}
