import type { LogEvent } from '../events-lib.js'
import { isOverlayFile, OVERLAY } from './format/day-file.js'
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

/**
 * The log with what the hub has brought and git has not: files of a second folder, under names that start with `hub/`.
 * Everything written goes to the log itself.
 */
export class OverlaidLog implements EventLog {
  constructor(
    private readonly own: EventLog,
    private readonly overlay: EventLog,
    readonly keepFresh: NonNullable<EventLog['keepFresh']>,
  ) {}

  /** The log's own files come first, so that a line in both places counts there. */
  list(): LogFile[] {
    return [...this.own.list(), ...this.overlay.list().map(renamed)]
  }

  find(file: string): LogFile | undefined {
    if (!isOverlayFile(file)) return this.own.find(file)
    const found = this.overlay.find(inOverlay(file))
    return found && renamed(found)
  }

  folderState(): string {
    return `${this.own.folderState()} ${this.overlay.folderState()}`
  }

  *scan(file: string, from: ScanPosition): Generator<LogLine[], ScanEnd> {
    if (!isOverlayFile(file)) return yield* this.own.scan(file, from)
    const scan = this.overlay.scan(inOverlay(file), from)
    for (;;) {
      const step = scan.next()
      if (step.done === true) return step.value
      yield step.value.map((line) => ({
        ...line,
        file,
        ...(line.problem && { problem: { ...line.problem, file } }),
      }))
    }
  }

  prefixCrc(file: string, length: number): number | undefined {
    return this.#of(file).prefixCrc(inOverlay(file), length)
  }

  readEvents(locations: readonly EventLocation[]): (LogEvent | undefined)[] {
    if (!locations.some(({ file }) => isOverlayFile(file))) return this.own.readEvents(locations)
    const isOurs = locations.map(({ file }) => !isOverlayFile(file))
    const ours = this.own.readEvents(locations.filter((_, at) => isOurs[at]))
    const theirs = this.overlay.readEvents(
      locations.filter((_, at) => !isOurs[at]).map((place) => ({ ...place, file: inOverlay(place.file) })),
    )
    return isOurs.map((is) => (is ? ours.shift() : theirs.shift()))
  }

  readLine(location: EventLocation): string | undefined {
    return this.#of(location.file).readLine({ ...location, file: inOverlay(location.file) })
  }

  append(events: readonly LogEvent[]): AppendedLine[] {
    return this.own.append(events)
  }

  putBack(lines: readonly RawLine[]): number {
    return this.own.putBack(lines)
  }

  prepare(files?: readonly string[]): TailRepair[] {
    return this.own.prepare(files?.filter((file) => !isOverlayFile(file)))
  }

  close(): void {
    this.own.close()
  }

  #of(file: string): EventLog {
    return isOverlayFile(file) ? this.overlay : this.own
  }
}

function renamed(file: LogFile): LogFile {
  return { ...file, name: `${OVERLAY}${file.name}` }
}

function inOverlay(file: string): string {
  return isOverlayFile(file) ? file.slice(OVERLAY.length) : file
}
