import { closeSync, fstatSync, lstatSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { isKittyError, KittyError, systemCode } from '../errors/kitty-error.js'
import { encodeEvent, type LogEvent, type Registry } from '../events-lib.js'
import { assertPlainFile } from '../files/assert-safe.js'
import { Append } from '../files/append-file.js'
import { DAILY_FILES, type DayFiles, dayOf, isDayFile } from './format/day-file.js'
import {
  type AppendedLine,
  type EventLocation,
  type EventLog,
  type LogFile,
  type LogLine,
  type RawLine,
  type ScanEnd,
  type ScanPosition,
  type TailRepair,
} from './event-log.js'
import type { Journal, JournalEntry } from './repair/journal.js'
import { KnownFiles } from './known-files.js'
import { LastAppend } from './last-append.js'
import { LineReader, MAX_LINE_BYTES } from './format/line-codec.js'
import { identityOf, openToRead, openUnseen, readFully } from '../files/open-file.js'
import { prefixCrc, scanFile } from './format/scan-file.js'
import { storageError } from '../files/storage-error.js'
import { type LogFolders, repairTail } from './repair/torn-tail.js'
import { SEPARATOR } from '../platform/paths.js'
import type { Redactions } from './redactions.js'

const LF = 0x0a
const BRACE = 0x7b

interface EncodedEvent {
  readonly event: LogEvent
  readonly bytes: Buffer
}

/** The part of an append that goes to one day file. */
interface Portion {
  readonly file: string
  readonly lines: readonly EncodedEvent[]
  readonly bytes: Buffer
}

interface Written {
  readonly portion: Portion
  append: Append
}

/** The event log in `.kittify/events`: JSONL files, each covering one UTC day. See `docs/formats.md`. */
export class JsonlEventLog implements EventLog {
  readonly #last = new LastAppend()
  readonly #known: KnownFiles
  #dayFiles: DayFiles | undefined

  constructor(
    private readonly folders: LogFolders,
    private readonly journal: Journal,
    /** Called on the first write: commands that only read need no settings. */
    private readonly files: () => DayFiles = () => DAILY_FILES,
    /** Receives warnings about data that was stored all the same. */
    private readonly warn: (message: string) => void = () => undefined,
    private readonly registry?: Registry,
    private readonly redactions?: Redactions,
  ) {
    this.#known = new KnownFiles(folders.eventsDir)
  }

  list(): LogFile[] {
    const files: LogFile[] = []
    for (const name of this.names()) {
      const file = this.find(name)
      if (file !== undefined) files.push(file)
    }
    return files
  }

  find(name: string): LogFile | undefined {
    return this.#known.find(name)
  }

  folderState(): string {
    const stats = lstatSync(this.folders.eventsDir, { bigint: true, throwIfNoEntry: false })
    return stats === undefined ? '' : identityOf(stats)
  }

  scan(file: string, from: ScanPosition): Generator<LogLine[], ScanEnd> {
    const lines = scanFile(this.folders.eventsDir, file, from, this.registry)
    return this.redactions === undefined ? lines : this.redactions.scanned(lines)
  }

  prefixCrc(file: string, length: number): number | undefined {
    return prefixCrc(join(this.folders.eventsDir, file), length)
  }

  readEvents(locations: readonly EventLocation[]): (LogEvent | undefined)[] {
    const events = new Array<LogEvent | undefined>(locations.length).fill(undefined)
    for (const [file, places] of groupBy(locations.keys(), (at) => locations[at]?.file ?? '')) {
      this.readFrom(file, locations, places, events)
    }
    return events
  }

  readLine({ file, offset, length }: EventLocation): string | undefined {
    const open = openToRead(join(this.folders.eventsDir, file))
    if (open === undefined) return undefined
    try {
      const bytes = Buffer.allocUnsafe(length)
      if (readFully(open.fd, bytes, 0, length, offset) < length) return undefined
      // Ignore what a merge or an editor put around a line: it is still the same event.
      const text = bytes
        .toString('latin1')
        .replace(/^\u00ef\u00bb\u00bf/, '')
        .replace(/\r?\n$/, '')
      return this.redactions?.text(text) ?? text
    } finally {
      closeSync(open.fd)
    }
  }

  append(events: readonly LogEvent[]): AppendedLine[] {
    const files = (this.#dayFiles ??= this.files())
    const portions = portionsOf(events, (timestamp) => files.fileFor(timestamp))
    if (portions.length === 0) return []
    // Write the journal first: once the line is in the work tree, git may remove it.
    const lines = portions.flatMap((portion) => portion.lines.map(({ bytes }) => bytes))
    const entry = this.journal.append({ id: commandOf(events), lines })
    const written: Written[] = []
    try {
      this.writeAll(portions, written)
      for (const one of written) storeBytes(one)
      // All files are in one folder, so one sync makes all their names durable.
      written.findLast(({ append }) => append.isNewFile)?.append.syncName()
      for (const one of written) confirm(one, entry)
      for (const { append } of written) this.warnOf(append)
      const places = written.flatMap(placesOf)
      for (const { append } of written.splice(0)) this.#last.keep(append)
      return places
    } catch (error) {
      throw takeBack(error, written, entry)
    } finally {
      for (const { append } of written) append.close()
      entry.close()
    }
  }

  putBack(lines: readonly RawLine[]): number {
    const counted = lines.map((line) => this.redactions?.line(line) ?? line)
    const unique = [...new Map(counted.map((line) => [line.event_id, line])).values()]
    const files = (this.#dayFiles ??= this.files())
    for (const ofDay of groupBy(unique, (line) => dayOf(line.timestamp)).values()) {
      const file = files.fileForPutBack(ofDay[0]?.timestamp ?? '')
      const append = Append.open(join(this.folders.eventsDir, file), true)
      try {
        append.write(Buffer.concat(ofDay.map((line) => line.bytes)))
        append.sync()
        append.syncName()
        this.warnOf(append)
      } catch (error) {
        append.cutBack()
        throw storageError(error, append.path, 'not stored')
      } finally {
        append.close()
      }
    }
    return unique.length
  }

  prepare(files?: readonly string[]): TailRepair[] {
    return (files ?? this.names()).flatMap((file) => repairTail(this.folders, file) ?? [])
  }

  close(): void {
    this.#last.close()
    this.journal.close()
  }

  private names(): string[] {
    try {
      return readdirSync(this.folders.eventsDir).filter(isDayFile).sort()
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return []
      throw storageError(error, this.folders.eventsDir, 'not readable')
    }
  }

  private readFrom(
    file: string,
    locations: readonly EventLocation[],
    places: readonly number[],
    into: (LogEvent | undefined)[],
  ): void {
    // A damaged index can name any path: open none but day files.
    if (!isDayFile(file)) return
    const path = `${this.folders.eventsDir}${SEPARATOR}${file}`
    const fd = openUnseen(path)
    if (fd === undefined) return
    let areThere = false
    try {
      for (const place of places) {
        const location = locations[place]
        const event = location && eventAt(fd, location, this.registry)
        into[place] = event && (this.redactions?.counted(event) ?? event)
      }
      areThere = places.every((place) => into[place] !== undefined)
    } finally {
      closeAfterLook(fd, areThere ? undefined : path)
    }
  }

  private writeAll(portions: readonly Portion[], written: Written[]): void {
    for (const portion of portions) {
      const path = join(this.folders.eventsDir, portion.file)
      const append = this.#last.again(path) ?? Append.open(path, true)
      written.push({ portion, append })
      append.write(portion.bytes)
    }
  }

  private warnOf({ warning }: Append): void {
    if (warning !== undefined) this.warn(warning)
  }
}

function portionsOf(events: readonly LogEvent[], fileFor: (timestamp: string) => string): Portion[] {
  const byDay = groupBy(events.map(encode), ({ event }) => dayOf(event.timestamp))
  return [...byDay.values()].map((lines) => ({
    file: fileFor(lines[0]?.event.timestamp ?? ''),
    lines,
    bytes: joined(lines),
  }))
}

function commandOf([first]: readonly LogEvent[]): string {
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

function store(one: Written): void {
  storeBytes(one)
  one.append.syncName()
}

function storeBytes({ append, portion }: Written): void {
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
function confirm(one: Written, entry: JournalEntry): void {
  for (let attempt = 0; attempt < 3; attempt += 1) {
    if (one.append.isInPlace()) return
    const again = Append.open(one.append.path, false)
    if (again === undefined) break
    one.append.close()
    one.append = again
    again.write(one.portion.bytes)
    store(one)
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
function takeBack(error: unknown, written: readonly Written[], entry: JournalEntry): unknown {
  const left = written.map(({ append }) => append.cutBack())
  if (![...left, entry.undo()].includes('may be stored') || !isKittyError(error)) return error
  const message = `${error.message}; what was written could not be taken back: it may be stored`
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
  const says = code === 'EIO' ? 'I/O error' : `system error ${code}`
  return new KittyError(
    'DamagedData',
    `${says}: ${path}: event ${ids.join(', ')} may not be on disk; run again`,
    {
      nextSteps: ['check the disk: dmesg', 'run the command again'],
      context: { code, path, event_ids: ids },
      cause: error,
    },
  )
}

function placesOf({ portion, append }: Written): AppendedLine[] {
  let offset = append.offset
  return portion.lines.map(({ event, bytes }) => {
    const place = { event, file: portion.file, offset, length: bytes.length }
    offset += bytes.length
    return place
  })
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
  const read = readFully(fd, bytes, 0, length + 1, offset)
  if (read < length) return undefined
  const newline = bytes.subarray(0, length).indexOf(LF)
  // Without a newline, this event is followed by another one on the same line.
  if (newline < 0 && read > length && bytes[length] === BRACE) bytes[length] = LF
  else if (newline !== length - 1) return undefined
  const lines: LogLine[] = []
  new LineReader(file, 0, offset, registry).read(bytes.subarray(0, newline < 0 ? length + 1 : length), lines)
  return lines[0]?.event
}

/** Don't copy a single part: appends rarely have more. */
function joined(parts: readonly { readonly bytes: Buffer }[]): Buffer {
  const [first, ...others] = parts
  if (first !== undefined && others.length === 0) return first.bytes
  return Buffer.concat(parts.map(({ bytes }) => bytes))
}

/** Replaces `Map.groupBy`, which the oldest supported Node lacks. */
function groupBy<T>(items: Iterable<T>, keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const item of items) {
    const key = keyOf(item)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [item])
    else group.push(item)
  }
  return groups
}
