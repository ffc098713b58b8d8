import type { EventLog, LogFile, LogLine, ScanPosition } from '../log/event-log.js'
import { SCAN_START } from '../log/event-log.js'
import { inodeOf } from '../files/open-file.js'

/** Enough to hold a line's event ID: shifted or replaced bytes cannot look the same. */
const FINGERPRINT_BYTES = 1024

interface Mark {
  readonly position: ScanPosition
  readonly identity: string
  /** The last bytes before the position; unknown until this follower has read the file itself. */
  readonly fingerprint?: string | undefined
}

/**
 * Reads what was added to the log since the last look, without lock or index. A file that was rewritten is read from
 * its start, so a line may come again: a caller that needs each event once must go by its ID.
 */
export class LogFollower {
  #marks = new Map<string, Mark>()

  /** @param from Where earlier reads ended; any other file is read from its start. */
  constructor(
    private readonly log: EventLog,
    from: readonly (ScanPosition & { readonly file: string; readonly identity: string })[],
  ) {
    for (const { file, identity, offset, line, crc } of from) {
      this.#marks.set(file, { position: { offset, line, crc }, identity })
    }
  }

  /** Yields new lines, chunk by chunk, with the files ordered by name. */
  *news(): Generator<LogLine[]> {
    const files = this.log.list()
    const present = new Set(files.map((file) => file.name))
    for (const name of this.#marks.keys()) if (!present.has(name)) this.#marks.delete(name)
    for (const file of files) {
      const mark = this.#marks.get(file.name)
      if (mark?.identity === file.identity) continue
      const end = yield* this.log.scan(file.name, this.#resume(file, mark))
      const position = { offset: end.offset, line: end.line, crc: end.crc }
      this.#marks.set(file.name, {
        position,
        identity: end.identity,
        fingerprint: this.#fingerprint(file.name, end.offset),
      })
    }
  }

  #resume(file: LogFile, mark: Mark | undefined): ScanPosition {
    if (mark === undefined || file.size < mark.position.offset) return SCAN_START
    const { offset, crc } = mark.position
    const isSame =
      mark.fingerprint === undefined
        ? this.log.prefixCrc(file.name, offset) === crc
        : inodeOf(mark.identity) === inodeOf(file.identity) &&
          this.#fingerprint(file.name, offset) === mark.fingerprint
    return isSame ? mark.position : SCAN_START
  }

  #fingerprint(file: string, end: number): string | undefined {
    const offset = Math.max(0, end - FINGERPRINT_BYTES)
    return this.log.readLine({ file, offset, length: end - offset })
  }
}
