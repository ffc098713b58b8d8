import { inject, injectable } from 'inversify'
import { type ErrorKind, isKittyError } from '../errors/kitty-error.js'
import { Notices } from '../errors/notices.js'
import type { LogEvent } from '../events-lib.js'
import { branchesState, isSparse } from '../git/head.js'
import { catchUp, type CatchUpReport } from '../index/ingest/catch-up.js'
import { distrust } from '../index/ingest/file-read.js'
import { explanations } from '../index/ingest/conflict-resolution.js'
import type { EventIndex, Freshness } from '../index/event-index.js'
import type { EventPlace } from '../index/index-row.js'
import { LineNotThere } from '../index/index-unusable.js'
import { isChecked, type MarkMove } from '../index/journal-mark.js'
import { handOver } from '../files/hand-over.js'
import { EventLog, type RawLine } from '../log/event-log.js'
import { Redactions } from '../log/redactions.js'
import { Journal } from '../log/repair/journal.js'
import { Workspace } from '../workspace/workspace.js'
import { Acknowledged } from './acknowledged.js'
import { AttributeGuard } from './attribute-guard.js'
import { couldNotFindOut } from './git-lines.js'
import { JournalCheck, marked } from './journal-check.js'
import { missingFrom } from './missing-lines.js'
import { putInOrder } from './put-in-order.js'
import { counted } from '../errors/counted.js'

/** After reading this many journal lines we note that the log has them, so that later reads skip them. */
const MANY = 64

const UNWRITABLE: ReadonlySet<ErrorKind> = new Set(['NotWritable', 'DiskFull', 'LockUnavailable'])

type WithLock = (work: () => Promise<void>) => Promise<void>

/**
 * Repairs what crashes, git and other writers left behind, before any decision relies on it: torn tails, lines that git
 * removed, files that a merge left out of order. docs/formats.md, "Git and the log" and "Merging".
 */
@injectable()
export class Recovery {
  readonly #check: JournalCheck

  constructor(
    @inject(EventLog) private readonly log: EventLog,
    @inject(Journal) private readonly journal: Journal,
    @inject(Acknowledged) private readonly acknowledged: Acknowledged,
    @inject(Workspace) private readonly workspace: Workspace,
    @inject(AttributeGuard) private readonly attributes: AttributeGuard,
    @inject(Redactions) private readonly redactions: Redactions,
    @inject(Notices) private readonly notices: Notices,
  ) {
    this.#check = new JournalCheck(log, journal, acknowledged, workspace, notices, (index) =>
      this.#catchUp(index),
    )
  }

  /** Gives what root wrote to the repository's owner. */
  handOver(): void {
    handOver([this.workspace.kittyDir, this.workspace.privateDir])
  }

  /** Repairs everything and brings the index up to date. The caller holds the lock. */
  async beforeWrite(index: EventIndex): Promise<void> {
    await this.acknowledged.begin()
    const { hasProblems, putBack } = await this.#restore(index)
    if (!hasProblems && !putBack) return
    const { log, workspace, notices } = this
    if (!(await putInOrder(index, { log, workspace, notices }))) return
    await this.#catchUp(index)
    await this.#check.reconcile(index, await index.journalMark())
  }

  async #restore(index: EventIndex): Promise<{ hasProblems: boolean; putBack: boolean }> {
    this.redactions.refresh()
    let freshness = await index.freshness(this.log.list())
    if (!freshness.isUpToDate || !freshness.isWhole) {
      await this.#repairTails(index)
      await this.#catchUp(index)
      freshness = await index.freshness(this.log.list())
    }
    if (this.redactions.all.size > 0 && (await this.#redactAgain(index))) await this.#catchUp(index)
    const putBack = await this.#check.reconcile(index, freshness.journal)
    const took = await this.#takeOtherSides(index)
    return { hasProblems: freshness.hasProblems, putBack: putBack || took }
  }

  /**
   * Brings the index up to date for a reader. Takes the lock only when git may have removed lines, and writes to the
   * log only events that it had before.
   * @returns how the index stood: the same object as the last time if nothing has changed since; undefined when this
   * call brought the index up to date or put lines back
   */
  async beforeRead(index: EventIndex, withLock: WithLock): Promise<Freshness | undefined> {
    const freshness = await index.freshness(this.log.list())
    if (!freshness.isUpToDate) await this.#catchUp(index)
    const noted = freshness.isUpToDate ? freshness.journal : await index.journalMark()
    const mark = this.#check.begin(noted)
    // Read the branches before asking git, as the journal's check does. In a sparse checkout, HEAD's events may stay out of
    // the work tree.
    const watched = !isChecked(mark) && isSparse(this.workspace) ? branchesState(this.workspace) : undefined
    const reading = this.journal.read(mark)
    const { lines, end } = reading
    const deleted = isChecked(mark) ? [] : this.#check.unstaged()
    const archived = isChecked(mark)
      ? []
      : await this.#check.ifReadable(() => this.acknowledged.missing(index))
    const wanted = [...lines, ...(archived ?? []), ...this.attributes.otherSides(), ...(deleted ?? [])]
    const unprotected = await this.#check.ifReadable(() => this.#check.unprotected(reading))
    const isUnprotected = unprotected !== undefined && unprotected.length > 0
    // A working writer puts its line into the journal first, so a line may be missing only for a moment. Once we hold
    // the lock, a missing line is really missing.
    if (isUnprotected || (await missingFrom(index, wanted)).length > 0) {
      await this.#restoreIfPossible(index, withLock)
      return undefined
    }
    // Stores that emit repeatedly leave this to the first reader; without this, every read would check for departed
    // events.
    if (!isChecked(mark)) await this.#check.nameDeparted(index)
    const isKnown = isChecked(mark) || (deleted !== undefined && archived !== undefined)
    const hasAnswers = unprotected !== undefined && isKnown
    // Without the note, every read of a copied repository would ask git about its journal again.
    const isWorthNoting = lines.length > MANY || !isChecked(mark) || this.#check.isOther(reading)
    if (hasAnswers && isWorthNoting)
      await this.#check.confirm(index, lines, {
        ...marked(mark),
        ...end,
        ...(watched !== undefined && { branches: watched }),
      })
    return freshness.isUpToDate ? freshness : undefined
  }

  async #restoreIfPossible(index: EventIndex, withLock: WithLock): Promise<void> {
    try {
      await withLock(async () => {
        await this.#restore(index)
      })
    } catch (error) {
      // A repository that we cannot write to can still be read. A lock that is held is waited for, and then refused.
      if (!isKittyError(error) || !UNWRITABLE.has(error.kind)) throw error
      this.notices.warn(couldNotFindOut(error))
    }
  }

  /** Stores lines that the hub has brought as events of the log that this clone has acknowledged. */
  async adopt(lines: readonly RawLine[]): Promise<void> {
    await this.acknowledged.add(lines)
    this.log.putBack(lines)
  }

  /** Moves most of an oversized journal to the archive, in the middle of a long append. The caller holds the lock. */
  async shortenJournal(index: EventIndex): Promise<void> {
    await this.#check.archiveUnseen(index)
  }

  /**
   * Returns how the mark moves to the journal's end after the lock holder's append; undefined while the fate of an
   * earlier line is unknown.
   */
  journalEnd(): MarkMove | undefined {
    return this.#check.end()
  }

  /**
   * Returns the events read from the places that an index named.
   * @throws LineNotThere when an event is not the one the index names: SQLite does not notice a changed byte
   */
  confirmed(rows: readonly EventPlace[], events: readonly (LogEvent | undefined)[]): LogEvent[] {
    return rows.map((row, at) => {
      const event = events[at]
      if (event?.event_id === row.event_id) return event
      throw new LineNotThere(row)
    })
  }

  /**
   * Warns how each conflict in the report came out. An in-memory index does not remember what was reported, so it stays
   * silent.
   */
  explain({ resolutions }: CatchUpReport, index: EventIndex): void {
    if (index.kind === 'memory' || resolutions.length === 0) return
    for (const explanation of explanations(resolutions)) this.notices.warn(explanation)
  }

  async #catchUp(index: EventIndex): Promise<void> {
    this.explain(await catchUp(this.log, index), index)
  }

  /**
   * Git may have brought back the full line of an event that was redacted here, with a checkout or a stash.
   * @returns whether it had
   */
  async #redactAgain(index: EventIndex): Promise<boolean> {
    const ids = [...this.redactions.all.values()].flatMap(({ verdict, event }) =>
      verdict === 'here' || verdict === 'purged' ? [event.event_id as string] : [],
    )
    const files = new Set((await index.rows(ids)).map(({ file }) => file))
    const { replaceLines } = await import('../log/repair/redact-files.js')
    const redact = (line: RawLine): RawLine => this.redactions.line(line)
    const count = replaceLines(this.workspace.eventsDir, ids, redact, { files })
    if (count > 0) this.notices.warn(`Redacted ${counted(count, 'line')} again that git had brought back.`)
    return count > 0
  }

  async #repairTails(index: EventIndex): Promise<void> {
    const marks = new Map((await index.watermarks()).map((mark) => [mark.file, mark]))
    const suspects = this.log.list().filter((file) => {
      const mark = marks.get(file.name)
      return mark?.identity !== file.identity || mark.offset !== file.size
    })
    if (suspects.length === 0) return
    const repairs = this.log.prepare(suspects.map((file) => file.name))
    if (repairs.length === 0) return
    for (const { message } of repairs) this.notices.warn(message)
    // A tail too long to become a line was listed as a problem, which is gone with it.
    const listed = new Set((await index.problems()).map(({ file }) => file))
    for (const { file } of repairs) if (listed.has(file)) await distrust(index, file)
  }

  /** @returns whether there were any */
  async #takeOtherSides(index: EventIndex): Promise<boolean> {
    const missing = await missingFrom(index, this.attributes.otherSides())
    const count = missing.length === 0 ? 0 : this.log.putBack(missing)
    if (count === 0) return false
    this.notices.warn(
      `Took over ${counted(count, 'event')} of the other side, since an attribute keeps git from merging the log.`,
    )
    await catchUp(this.log, index)
    return true
  }
}
