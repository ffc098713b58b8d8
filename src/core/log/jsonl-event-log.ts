import { closeSync, lstatSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { systemCode } from '../errors/kitty-error.js'
import type { LogEvent, Registry } from '../events-lib.js'
import { Append } from '../files/append-file.js'
import { identityOf, openToRead, readFully } from '../files/open-file.js'
import { storageError } from '../files/storage-error.js'
import {
  commandOf,
  confirm,
  placesOf,
  type Portion,
  portionsOf,
  storeBytes,
  takeBack,
  type Written,
} from './append-portion.js'
import type {
  AppendedLine,
  EventLocation,
  EventLog,
  LogFile,
  LogLine,
  RawLine,
  ScanEnd,
  ScanPosition,
  TailRepair,
} from './event-log.js'
import { DAILY_FILES, type DayFiles, dayOf, isDayFile } from './format/day-file.js'
import { prefixCrc, scanFile } from './format/scan-file.js'
import { groupBy } from './group-by.js'
import { KnownFiles } from './known-files.js'
import { LastAppend } from './last-append.js'
import { readPlaces } from './read-places.js'
import type { Redactions } from './redactions.js'
import type { Journal } from './repair/journal.js'
import { type LogFolders, repairTail } from './repair/torn-tail.js'
import { withoutUnread } from './unread-lines.js'

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
    const { registry, redactions } = this
    const { eventsDir } = this.folders
    const events = new Array<LogEvent | undefined>(locations.length).fill(undefined)
    for (const [file, places] of groupBy(locations.keys(), (at) => locations[at]?.file ?? '')) {
      readPlaces(eventsDir, file, locations, places, { registry, redactions, into: events })
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
    this.redactions?.refresh()
    const counted = lines.map((line) => this.redactions?.line(line) ?? line)
    const unique = withoutUnread([...new Map(counted.map((line) => [line.event_id, line])).values()], this)
    const files = (this.#dayFiles ??= this.files())
    for (const ofDay of groupBy(unique, (line) => dayOf(line.timestamp)).values()) {
      const file = files.fileForPutBack(ofDay[0]?.timestamp ?? '')
      const append = Append.open(join(this.folders.eventsDir, file), true)
      try {
        append.nameFirst()
        append.write(Buffer.concat(ofDay.map((line) => line.bytes)))
        append.sync()
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

  private writeAll(portions: readonly Portion[], written: Written[]): void {
    for (const portion of portions) {
      const path = join(this.folders.eventsDir, portion.file)
      const append = this.#last.again(path) ?? Append.open(path, true)
      written.push({ portion, append })
      append.nameFirst()
      append.write(portion.bytes)
    }
  }

  private warnOf({ warning }: Append): void {
    if (warning !== undefined) this.warn(warning)
  }
}
