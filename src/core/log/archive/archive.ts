import { statSync } from 'node:fs'
import { token } from '../../token.js'
import type { RawLine } from '../event-log.js'
import type { ArchivedDay } from './day-parts.js'
import type * as archiveFiles from './archive-files.js'

/**
 * Every event this clone has acknowledged and its journal no longer holds, out of git's reach. docs/formats.md, "The
 * archive". Writing methods expect their caller to hold the write lock; all of them throw KittyError.
 */
export interface Archive {
  /** One look at the folder: false until the first write of this clone. */
  exists(): boolean
  /** Makes the archive with these lines in it, whole or not at all. @param day Today, `YYYY-MM-DD`. */
  begin(lines: Iterable<readonly RawLine[]>, day: string): Promise<void>
  /** On disk when it returns. Compresses the days that are over. @param day Today. */
  add(lines: readonly RawLine[], day: string): Promise<void>
  /** The ids of one day after the other, each sorted. */
  ids(): AsyncGenerator<string[]>
  /** The lines of these ids; a redacted one's stub wins over its full line. */
  lines(wanted: ReadonlySet<string>): Promise<RawLine[]>
  days(): Promise<ArchivedDay[]>
  /**
   * Puts other bytes in the place of lines, or takes them out.
   * @param change The line's new bytes, newline included; the same ones to keep it; undefined to remove it.
   * @param before Only days before this one. @returns how many lines changed.
   */
  rewrite(change: (line: RawLine) => Buffer | undefined, today: string, before?: string): Promise<number>
}

export const Archive = token<Archive>('Archive')

/** The archive's files, which load when something is first asked of them. */
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
