import { statSync } from 'node:fs'
import { isKittyError } from '../../errors/kitty-error.js'
import { token } from '../../token.js'
import type { RawLine } from '../event-log.js'
import type { ArchivedDay } from './day-parts.js'
import type * as archiveFiles from './archive-files.js'
import type * as mendDay from './mend-day.js'

/**
 * Stores every event that this clone has acknowledged and its journal no longer holds, out of git's reach. See
 * docs/formats.md, "The archive". The caller of a writing method must hold the write lock. Every method throws
 * KittyError.
 */
export interface Archive {
  /** Stats the folder. False until this clone's first write. */
  exists(): boolean
  /** Creates the archive with these lines, all or nothing. @param day Today, `YYYY-MM-DD`. */
  begin(lines: Iterable<readonly RawLine[]>, day: string): Promise<void>
  /** Durable when it returns. Also compresses past days, if that succeeds. @param day Today. */
  add(lines: readonly RawLine[], day: string): Promise<void>
  /** Yields the IDs day by day, sorted within each day. */
  ids(): AsyncGenerator<string[]>
  /** Returns the lines with these IDs. If an event was redacted, its stub wins over the full line. */
  lines(wanted: ReadonlySet<string>): Promise<RawLine[]>
  days(): Promise<ArchivedDay[]>
  /**
   * Replaces or removes lines.
   * @param change Returns the line's new bytes, newline included; the same bytes to keep it; undefined to remove it.
   * @param before Only days before this one. @returns how many lines changed.
   */
  rewrite(change: (line: RawLine) => Buffer | undefined, today: string, before?: string): Promise<number>
  /** Returns the paths of compressed days that cannot be read to their end. Reads them all. */
  damaged(): Promise<string[]>
  /**
   * Keeps what can be read of damaged days, and sets the damaged files aside. `add` and `rewrite` do so by themselves.
   * @returns whether there were any
   */
  mend(): Promise<boolean>
}

export const Archive = token<Archive>('Archive')

/** The archive on disk. Its code loads on first use. */
export class FileArchive implements Archive {
  /** @param warn Receives what the user should know of a call that did what it was asked. */
  constructor(
    private readonly folder: string,
    private readonly warn: (message: string) => void = () => undefined,
  ) {}

  exists(): boolean {
    return statSync(this.folder, { throwIfNoEntry: false }) !== undefined
  }

  async begin(lines: Iterable<readonly RawLine[]>, day: string): Promise<void> {
    await (await files()).beginArchive(this.folder, lines, day)
  }

  async add(lines: readonly RawLine[], day: string): Promise<void> {
    const { addLines, compressDays } = await files()
    addLines(this.folder, lines, day)
    try {
      await onceMended(this, () => compressDays(this.folder, day))
    } catch (error) {
      // The lines are stored. Failing here would store them again with every command, on a disk that may be full.
      if (!isKittyError(error)) throw error
      this.warn(`Past days of the archive stay uncompressed this time: ${error.message}`)
    }
  }

  async *ids(): AsyncGenerator<string[]> {
    const { archivedDays, idsOfDay } = await files()
    for (const day of archivedDays(this.folder)) yield await idsOfDay(this.folder, day)
  }

  async lines(wanted: ReadonlySet<string>): Promise<RawLine[]> {
    return wanted.size === 0 ? [] : (await files()).findLines(this.folder, wanted)
  }

  async days(): Promise<ArchivedDay[]> {
    return (await files()).sizes(this.folder)
  }

  async rewrite(
    change: (line: RawLine) => Buffer | undefined,
    today: string,
    before?: string,
  ): Promise<number> {
    const { rewriteDays } = await files()
    return onceMended(this, () => rewriteDays(this.folder, change, today, before))
  }

  async damaged(): Promise<string[]> {
    return (await (await mending()).damagedDays(this.folder)).map(({ path }) => path)
  }

  async mend(): Promise<boolean> {
    const messages = await (await mending()).mendDays(this.folder)
    for (const message of messages) this.warn(message)
    return messages.length > 0
  }
}

function files(): Promise<typeof archiveFiles> {
  return import('./archive-files.js')
}

function mending(): Promise<typeof mendDay> {
  return import('./mend-day.js')
}

/** Works on the archive, once more where that finds damage that can be mended: damage must not end all writing. */
export async function onceMended<T>(archive: Pick<Archive, 'mend'>, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!isKittyError(error) || error.kind !== 'DamagedData' || !(await archive.mend())) throw error
    return work()
  }
}
