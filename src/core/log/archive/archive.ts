import { statSync } from 'node:fs'
import { token } from '../../token.js'
import type { RawLine } from '../event-log.js'
import type { ArchivedDay } from './day-parts.js'
import type * as archiveFiles from './archive-files.js'

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
  /** Durable when it returns. Also compresses past days. @param day Today. */
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
}

export const Archive = token<Archive>('Archive')

/** The archive on disk. Its code loads on first use. */
export class FileArchive implements Archive {
  constructor(private readonly folder: string) {}

  exists(): boolean {
    return statSync(this.folder, { throwIfNoEntry: false }) !== undefined
  }

  async begin(lines: Iterable<readonly RawLine[]>, day: string): Promise<void> {
    await (await files()).beginArchive(this.folder, lines, day)
  }

  async add(lines: readonly RawLine[], day: string): Promise<void> {
    const { addLines, compressDays } = await files()
    addLines(this.folder, lines, day)
    await compressDays(this.folder, day)
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
    return (await files()).rewriteDays(this.folder, change, today, before)
  }
}

function files(): Promise<typeof archiveFiles> {
  return import('./archive-files.js')
}
