import { isKittyError, KittyError, systemCode } from '../errors/kitty-error.js'
import { encodeEvent, type LogEvent } from '../events-lib.js'
import { Append } from '../files/append-file.js'
import type { AppendedLine } from './event-log.js'
import { dayOf } from './format/day-file.js'
import { MAX_LINE_BYTES } from './format/line-codec.js'
import { groupBy } from './group-by.js'
import type { JournalEntry } from './repair/journal.js'

interface EncodedEvent {
  readonly event: LogEvent
  readonly bytes: Buffer
}

/** The part of an append that goes to one day file. */
export interface Portion {
  readonly file: string
  readonly lines: readonly EncodedEvent[]
  readonly bytes: Buffer
}

export interface Written {
  readonly portion: Portion
  append: Append
}

/** Groups events by their day's file, each encoded. @throws KittyError ValidationError for a line that is too long */
export function portionsOf(events: readonly LogEvent[], fileFor: (timestamp: string) => string): Portion[] {
  const byDay = groupBy(events.map(encode), ({ event }) => dayOf(event.timestamp))
  return [...byDay.values()].map((lines) => ({
    file: fileFor(lines[0]?.event.timestamp ?? ''),
    lines,
    bytes: joined(lines),
  }))
}

/** The operation that the events belong to, for the journal. */
export function commandOf([first]: readonly LogEvent[]): string {
  return first?.causation_id ?? first?.event_id ?? ''
}

function encode(event: LogEvent): EncodedEvent {
  const bytes = Buffer.from(encodeEvent(event), 'utf8')
  if (bytes.length <= MAX_LINE_BYTES) return { event, bytes }
  const message = `event ${event.event_id} is ${bytes.length} bytes long, at most ${MAX_LINE_BYTES} are stored: not stored`
  throw new KittyError('ValidationError', message, {
    nextSteps: ['put long text into a file of the repository and name it in the event'],
    context: { event_id: event.event_id, bytes: bytes.length, limit: MAX_LINE_BYTES },
  })
}

/** @throws KittyError DamagedData when the disk did not take the bytes */
export function storeBytes({ append, portion }: Written): void {
  try {
    append.sync()
  } catch (error) {
    throw notOnDisk(error, append.path, portion)
  }
}

/**
 * Checks that the file just written is still the one in the folder. If git replaced it, we write the line again. If git
 * has only removed it, git is about to create the new one exclusively and must not find one that we made: the journal
 * holds the line, and the next command puts it back.
 */
export function confirm(one: Written, entry: JournalEntry): void {
  for (let attempt = 0; attempt < 3; attempt += 1) {
    if (one.append.isInPlace()) return
    const again = Append.open(one.append.path, false)
    if (again === undefined) break
    one.append.close()
    one.append = again
    again.nameFirst()
    again.write(one.portion.bytes)
    storeBytes(one)
  }
  if (one.append.isInPlace()) return
  try {
    entry.sync()
  } catch (error) {
    throw notOnDisk(error, one.append.path, one.portion)
  }
}

/**
 * Undoes a failed append in the log and the journal: an event that was not acknowledged must not appear later. The log
 * comes first: if we are killed in between, the journal still has the whole append.
 */
export function takeBack(error: unknown, written: readonly Written[], entry: JournalEntry): unknown {
  const left = written.map(({ append }) => append.cutBack())
  if (![...left, entry.undo()].includes('may be stored') || !isKittyError(error)) return error
  const message = `${error.message} What was written could not be taken back: it may be stored.`
  return new KittyError(error.kind, message, {
    nextSteps: error.nextSteps,
    context: error.context,
    cause: error,
  })
}

function notOnDisk(error: unknown, path: string, { lines }: Portion): unknown {
  const code = systemCode(error)
  if (code === undefined) return error
  const ids = lines.map(({ event }) => event.event_id)
  const says = code === 'EIO' ? 'I/O error' : `System error ${code}`
  return new KittyError(
    'DamagedData',
    `${says}: ${path}: event ${ids.join(', ')} may not be on disk; run again.`,
    {
      nextSteps: ['check the disk: dmesg', 'run the command again'],
      context: { code, path, event_ids: ids },
      cause: error,
    },
  )
}

/** Where each event of the portion is, in order. */
export function placesOf({ portion, append }: Written): AppendedLine[] {
  let offset = append.offset
  return portion.lines.map(({ event, bytes }) => {
    const place = { event, file: portion.file, offset, length: bytes.length }
    offset += bytes.length
    return place
  })
}

/** Don't copy a single part: appends rarely have more. */
function joined(parts: readonly { readonly bytes: Buffer }[]): Buffer {
  const [first, ...others] = parts
  if (first !== undefined && others.length === 0) return first.bytes
  return Buffer.concat(parts.map(({ bytes }) => bytes))
}
