import { inject, injectable } from 'inversify'
import { isKittyError } from '../errors/kitty-error.js'
import type { IndexReader } from '../index/event-index.js'
import type { RawLine } from '../log/event-log.js'
import { linesOfHead } from '../log/repair/committed-lines.js'
import { Journal } from '../log/repair/journal.js'
import { Archive } from '../log/archive/archive.js'
import { Workspace } from '../workspace/workspace.js'
import { Session } from '../workspace/session.js'

/** Once the journal is larger than this many bytes, its oldest lines move to the archive. */
export const ARCHIVE_AT = 256 * 1024

/** Bytes of the youngest lines, which stay in the journal. */
const YOUNGEST = ARCHIVE_AT / 2

/**
 * What this clone has acknowledged and always restores: the lines of its journal, and of the archive that takes over
 * the journal's oldest lines. docs/formats.md, "The archive".
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
   * Called before a clone's first write. A journal without an archive comes from an earlier kitty, which dropped the
   * lines that HEAD had: those events count as acknowledged here.
   */
  async begin(): Promise<void> {
    if (this.archive.exists()) return
    const { root, eventsDir } = this.workspace
    const lines = this.journal.size() > 0 ? linesOfHead(root, eventsDir) : []
    try {
      await this.archive.begin(lines, this.#today())
    } catch (error) {
      // The journal keeps everything until git answers.
      if (!isKittyError(error) || error.kind !== 'GitFailure') throw error
    }
  }

  /** Archived lines that the index lacks. */
  async missing(index: IndexReader): Promise<RawLine[]> {
    const absent = new Set<string>()
    for await (const ids of this.archive.ids()) for (const id of await index.absent(ids)) absent.add(id)
    return this.archive.lines(absent)
  }

  /** IDs of the archived lines, and of the journal's. */
  async ids(journal: readonly RawLine[]): Promise<Set<string>> {
    const known = new Set<string>(journal.map(({ event_id }) => event_id))
    for await (const ids of this.archive.ids()) for (const id of ids) known.add(id)
    return known
  }

  /** Adds lines that count as acknowledged from now on. */
  async add(lines: readonly RawLine[]): Promise<void> {
    if (lines.length === 0) return
    await this.begin()
    await this.archive.add(lines, this.#today())
  }

  /**
   * Moves the oldest lines of an oversized journal to the archive.
   * @param lines all of the journal's, if it has been read
   * @returns whether it did
   */
  async archiveOldest(lines = this.journal.read().lines): Promise<boolean> {
    if (!this.isJournalOversized() || !this.archive.exists()) return false
    const kept = countBeforeLast(YOUNGEST, lines)
    await this.archive.add(lines.slice(0, kept), this.#today())
    this.journal.rewrite(lines.slice(kept))
    return true
  }

  /** Sets damaged files of the archive aside. The caller holds the lock. @returns whether there were any */
  mend(): Promise<boolean> {
    return this.archive.mend()
  }

  isJournalOversized(): boolean {
    return this.journal.size() > ARCHIVE_AT
  }

  #today(): string {
    return this.session.now().toISOString().slice(0, 10)
  }
}

/** Counts the lines before the last `bytes` bytes. */
function countBeforeLast(bytes: number, lines: readonly RawLine[]): number {
  let left = bytes
  const first = lines.findLastIndex((line) => (left -= line.bytes.length) < 0)
  return first + 1
}
