import { inject, injectable } from 'inversify'
import { isKittyError } from '../errors/kitty-error.js'
import type { IndexReader } from '../index/event-index.js'
import type { RawLine } from '../log/event-log.js'
import { linesOfHead } from '../log/repair/committed-lines.js'
import { Journal } from '../log/repair/journal.js'
import { Archive } from '../log/archive/archive.js'
import { Workspace } from '../workspace/workspace.js'
import { Session } from '../workspace/session.js'

/** A journal of more bytes hands its oldest lines to the archive. */
export const ARCHIVE_AT = 256 * 1024

/** The youngest lines stay in the journal, in bytes. */
const YOUNGEST = ARCHIVE_AT / 2

/**
 * What this clone has acknowledged and always gives back: the lines of its journal, and of the archive that takes
 * over what the journal has held for long. docs/formats.md, "The archive".
 */
@injectable()
export class Acknowledged {
  constructor(
    @inject(Journal) private readonly journal: Journal,
    @inject(Archive) private readonly archive: Archive,
    @inject(Workspace) private readonly workspace: Workspace,
    @inject(Session) private readonly session: Session,
  ) {}

  /**
   * Before the first write of a clone. A journal without an archive is an earlier kitty's, which let go of what HEAD
   * had: those events count as acknowledged here.
   */
  async begin(): Promise<void> {
    if (this.archive.exists()) return
    const { root, eventsDir } = this.workspace
    const lines = this.journal.size() > 0 ? linesOfHead(root, eventsDir) : []
    try {
      await this.archive.begin(lines, this.#today())
    } catch (error) {
      // Until git answers, the journal keeps everything.
      if (!isKittyError(error) || error.kind !== 'GitFailure') throw error
    }
  }

  /** Archived lines that the index lacks. */
  async missing(index: IndexReader): Promise<RawLine[]> {
    const absent = new Set<string>()
    for await (const ids of this.archive.ids()) for (const id of await index.absent(ids)) absent.add(id)
    return this.archive.lines(absent)
  }

  /** Lines that count as acknowledged from now on. */
  async add(lines: readonly RawLine[]): Promise<void> {
    await this.archive.add(lines, this.#today())
  }

  /** Hands the oldest lines of a journal that has grown over to the archive. @returns whether it did. */
  async archiveOldest(): Promise<boolean> {
    if (this.journal.size() <= ARCHIVE_AT || !this.archive.exists()) return false
    const { lines } = this.journal.read()
    const kept = countBeforeLast(YOUNGEST, lines)
    await this.archive.add(lines.slice(0, kept), this.#today())
    this.journal.rewrite(lines.slice(kept))
    return true
  }

  #today(): string {
    return this.session.now().toISOString().slice(0, 10)
  }
}

/** How many lines there are before those that make up so many bytes at the end. */
function countBeforeLast(bytes: number, lines: readonly RawLine[]): number {
  let left = bytes
  const first = lines.findLastIndex((line) => (left -= line.bytes.length) < 0)
  return first + 1
}
