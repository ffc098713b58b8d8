import { type ErrorKind, isKittyError } from '../errors/kitty-error.js'
import type { Notices } from '../errors/notices.js'
import { branchesState, isSparse } from '../git/head.js'
import type { EventIndex } from '../index/event-index.js'
import {
  isChecked,
  type JournalMark,
  type MarkMove,
  moveMark,
  revoked,
  UNCHECKED,
} from '../index/journal-mark.js'
import { onceMended } from '../log/archive/archive.js'
import type { EventLog, RawLine } from '../log/event-log.js'
import type { Journal, JournalReading } from '../log/repair/journal.js'
import { reconcile } from '../log/repair/reconcile.js'
import type { Workspace } from '../workspace/workspace.js'
import { type Acknowledged, ARCHIVE_AT } from './acknowledged.js'
import { couldNotFindOut, GitLines } from './git-lines.js'
import { idsOf, missingFrom, missingFromLog } from './missing-lines.js'
import { counted } from '../errors/counted.js'

const UNREADABLE: ReadonlySet<ErrorKind> = new Set(['NotWritable', 'DamagedData'])

/** Holds the journal against the log, and asks git about what the log lacks. docs/formats.md, "Git and the log". */
export class JournalCheck {
  /** The mark as the index had it when we looked; what we checked since counts only if it is still there. */
  #noted: JournalMark | undefined
  #mark: JournalMark | undefined
  #isPending = false
  #lines: GitLines | undefined

  constructor(
    private readonly log: EventLog,
    private readonly journal: Journal,
    private readonly acknowledged: Acknowledged,
    private readonly workspace: Workspace,
    private readonly notices: Notices,
    private readonly catchUp: (index: EventIndex) => Promise<void>,
  ) {}

  /**
   * Returns how the mark moves to the journal's end after the lock holder's append; undefined while the fate of an
   * earlier line is unknown.
   */
  end(): MarkMove | undefined {
    if (this.#isPending) return undefined
    const from = this.#noted
    this.#mark = this.#noted = { ...marked(this.#mark), ...this.journal.read(this.#mark).end }
    return { from, to: this.#mark }
  }

  /**
   * Holds the journal against the log, and puts back what git took away. The caller holds the lock.
   * @param noted how far the journal had been checked
   * @returns whether lines were put back
   */
  async reconcile(index: EventIndex, noted: JournalMark | undefined): Promise<boolean> {
    return onceMended(this.acknowledged, () => this.#reconcile(index, noted))
  }

  async #reconcile(index: EventIndex, noted: JournalMark | undefined): Promise<boolean> {
    const mark = this.begin(noted)
    this.#mark = mark
    this.#isPending = false
    const { putBack, unseen } = await this.#reconcileUnseen(index, mark)
    // Without a checked mark, everything was unseen: an import's journal is too large to read it twice.
    const whole = isChecked(mark) || putBack ? undefined : unseen.lines
    if (unseen.size > ARCHIVE_AT && (await this.acknowledged.archiveOldest(whole)))
      await this.#markAgain(index)
    return putBack
  }

  /** @returns whether lines were put back, and what of the journal was unseen */
  async #reconcileUnseen(
    index: EventIndex,
    mark: JournalMark | undefined,
  ): Promise<{ putBack: boolean; unseen: JournalReading }> {
    const unseen = this.journal.read(mark)
    await this.acknowledged.add((await this.unprotected(unseen)) ?? [])
    if (unseen.end.offset < unseen.size) {
      const repaired = this.journal.repair(this.workspace.errorsDir)
      if (repaired !== undefined) this.notices.warn(repaired)
    }
    const isWhole = (await missingFrom(index, unseen.lines)).length === 0
    const putBack =
      (!isWhole || !isChecked(mark)) &&
      (await this.#compareWithGit(index, isChecked(mark) ? this.journal.read() : unseen))
    if (isWhole && isChecked(mark) && unseen.lines.length > 0)
      await this.confirm(index, unseen.lines, { ...mark, ...unseen.end })
    return { putBack, unseen }
  }

  /**
   * Keeps the journal of a long append short. The index lacks what was appended, so no mark may vouch for the lines that
   * move to the archive: the next command checks them all. The caller holds the lock.
   */
  async archiveUnseen(index: EventIndex): Promise<void> {
    if (!this.acknowledged.isJournalOversized()) return
    if (this.#noted === undefined || isChecked(this.#noted)) {
      const mark = revoked()
      await index.write((writer) => writer.putJournalMark(mark))
      this.#mark = this.#noted = mark
    }
    this.#isPending = true
    await onceMended(this.acknowledged, () => this.acknowledged.archiveOldest())
  }

  /** Moves the mark to the end of the rewritten journal, if it was valid for the old one. */
  async #markAgain(index: EventIndex): Promise<void> {
    if (!this.#isPending && isChecked(this.#mark))
      await this.confirm(index, [], { ...this.#mark, ...this.journal.read().end })
  }

  /**
   * Returns the mark, or UNCHECKED when git's branches have changed: lines held only by another branch may be gone.
   * @param mark as the index has it now
   */
  begin(mark: JournalMark | undefined): JournalMark | undefined {
    this.#noted = mark
    if (mark?.branches === undefined || mark.branches === branchesState(this.workspace)) return mark
    return UNCHECKED
  }

  /** Whether this is another journal than the index was checked against: the index is new, or a power cut or a copy came. */
  isOther({ end, size }: JournalReading): boolean {
    const noted = this.#noted
    if (noted === undefined) return true
    return isChecked(noted) && (end.identity !== noted.identity || size < noted.offset)
  }

  /**
   * Events that the log has and nothing else: no commit, no journal, no archive. They were acknowledged before a power
   * cut, and git could take them away for good. A journal is not synced, so a power cut may have taken its last lines when
   * the index is new, or has gone beyond the journal's end.
   * @returns undefined when git cannot tell now
   */
  async unprotected(reading: JournalReading): Promise<RawLine[] | undefined> {
    if (!this.isOther(reading)) return []
    // Another journal is always read from its start.
    const known = await this.acknowledged.ids(reading.lines)
    return this.#git.youngest(known)
  }

  async #compareWithGit(index: EventIndex, { lines: ofJournal, end }: JournalReading): Promise<boolean> {
    // Read the branches before asking git: if they change after this, the next command asks again.
    const branches = branchesState(this.workspace)
    const lines = [...ofJournal, ...(await this.acknowledged.missing(index))]
    const missing = await missingFromLog(lines, index, this.log, () => this.catchUp(index))
    const unstaged = this.#git.unstaged()
    // A line that is in another file is not lost: it was moved to the file of its day, or to another writer's.
    const deleted = await missingFrom(index, unstaged ?? [])
    const comesBack = new Set(idsOf(deleted))
    const plan = this.#git.ifItAnswers(() =>
      reconcile(lines, {
        missing: missing.filter((line) => !comesBack.has(line.event_id)),
        committed: (asked) => this.#git.committed(asked),
      }),
    )
    const hidden = plan?.isPending ? await missingFrom(index, this.#git.hidden()) : []
    const putBack = [...deleted, ...(plan?.putBack ?? []), ...hidden]
    const count = putBack.length === 0 ? 0 : this.log.putBack(putBack)
    if (count > 0) {
      this.notices.warn(
        `Restored ${counted(count, 'event')} that git removed from .kittify/events. ` +
          'If `git stash pop` now fails, run `git checkout -- .kittify/events` and pop again.',
      )
      await this.catchUp(index)
    }
    await this.nameDeparted(index)
    this.#isPending = unstaged === undefined || plan === undefined || (plan.isPending && hidden.length === 0)
    if (this.#isPending || plan === undefined) return count > 0
    // A sparse checkout may leave out what HEAD brings; only a change of HEAD tells us that there is more.
    const waitsFor = plan.isElsewhere || isSparse(this.workspace) ? { branches } : {}
    await this.confirm(index, plan.expected, { ...end, ...waitsFor })
    return count > 0
  }

  /** Lines that git's index has and the work tree lacks; undefined when git cannot tell now. */
  unstaged(): RawLine[] | undefined {
    return this.#git.unstaged()
  }

  async nameDeparted(index: EventIndex): Promise<void> {
    // Loaded lazily: almost no command gets here.
    const { departedEvents } = await import('./departed.js')
    for (const sentence of await departedEvents(this.workspace, index)) this.notices.warn(sentence)
  }

  /**
   * For a reader whom the private folder does not let in, or that meets a damaged archive, which the next writer mends: the
   * log itself can still be read.
   * @returns undefined when it cannot be read
   */
  async ifReadable<T>(read: () => Promise<T>): Promise<T | undefined> {
    try {
      return await read()
    } catch (error) {
      if (!isKittyError(error) || !UNREADABLE.has(error.kind)) throw error
      this.notices.warn(couldNotFindOut(error))
      return undefined
    }
  }

  /** Created when git is asked, which is rare. */
  get #git(): GitLines {
    return (this.#lines ??= new GitLines(this.workspace, this.notices))
  }

  /**
   * Notes that the journal is checked up to `mark`, if the log holds these lines. Checks and writes the mark in one
   * transaction: git may be at work, and a process that sees its changes revokes the mark.
   */
  async confirm(index: EventIndex, lines: readonly RawLine[], mark: JournalMark): Promise<void> {
    this.#mark = mark
    this.#isPending = await index.write(async (writer) => {
      const isWhole = (await missingFrom(writer, lines)).length === 0
      return !(isWhole && (await moveMark(writer, { from: this.#noted, to: mark })))
    })
    if (!this.#isPending) this.#noted = mark
  }
}

/** The fields of a mark other than its position, which carry over when it moves on. */
export function marked(mark: JournalMark | undefined): Pick<JournalMark, 'branches'> {
  return mark?.branches === undefined ? {} : { branches: mark.branches }
}
