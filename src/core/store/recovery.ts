import { inject, injectable } from 'inversify'
import { isKittyError } from '../errors/kitty-error.js'
import type { LogEvent } from '../events-lib.js'
import { catchUp, type CatchUpReport } from '../index/catch-up.js'
import { explanations } from '../index/conflict-resolution.js'
import {
  type EventIndex,
  type IndexReader,
  type EventPlace,
  IndexUnusable,
  isChecked,
  type JournalMark,
  type Freshness,
  UNCHECKED,
} from '../index/event-index.js'
import { type Committed, committedLines, linesOfHead } from '../log/repair/committed-lines.js'
import { closedIds } from '../log/archive/closed-logs.js'
import { crc32 } from '../log/format/crc32.js'
import { endedTails, forgetEnded } from '../log/repair/ended-tails.js'
import { quarantineLines } from '../log/repair/quarantine.js'
import { needsNormalizing, normalizeFile } from '../log/repair/normalize.js'
import { reconcile } from '../log/repair/reconcile.js'
import { TipMemory } from '../log/repair/tip-memory.js'
import { isGitAtWork, isLogHidden, unstagedDeletions } from '../log/repair/unstaged-deletions.js'
import { branchesState, isSparse } from '../git/head.js'
import { EventLog, type LogProblem, type RawLine, SCAN_START } from '../log/event-log.js'
import { Journal } from '../log/repair/journal.js'
import { Acknowledged, ARCHIVE_AT } from './acknowledged.js'
import { Workspace } from '../workspace/workspace.js'
import { AttributeGuard } from './attribute-guard.js'
import { Notices } from '../errors/notices.js'
import { Redactions } from '../log/redactions.js'

/** After reading this many journal lines we note that the log has them, so that later reads skip them. */
const MANY = 64

type WithLock = (work: () => Promise<void>) => Promise<void>

/**
 * Repairs what crashes, git and other writers left behind, before any decision relies on it: torn tails, lines that git
 * removed, files that a merge left out of order. docs/formats.md, "Git and the log" and "Merging".
 */
@injectable()
export class Recovery {
  #mark: JournalMark | undefined
  #isPending = false

  constructor(
    @inject(EventLog) private readonly log: EventLog,
    @inject(Journal) private readonly journal: Journal,
    @inject(Acknowledged) private readonly acknowledged: Acknowledged,
    @inject(Workspace) private readonly workspace: Workspace,
    @inject(AttributeGuard) private readonly attributes: AttributeGuard,
    @inject(Redactions) private readonly redactions: Redactions,
    @inject(Notices) private readonly notices: Notices,
  ) {}

  /** Repairs everything and brings the index up to date. The caller holds the lock. */
  async beforeWrite(index: EventIndex): Promise<void> {
    await this.acknowledged.begin()
    const { hasProblems, putBack } = await this.#restore(index)
    if (hasProblems || putBack) await this.#normalizeFiles(index)
  }

  async #restore(index: EventIndex): Promise<{ hasProblems: boolean; putBack: boolean }> {
    let freshness = await index.freshness(this.log.list())
    if (!freshness.isUpToDate || !freshness.isWhole) {
      await this.#repairTails(index)
      await this.#catchUp(index)
      freshness = await index.freshness(this.log.list())
    }
    if (this.redactions.all.size > 0 && (await this.#redactAgain(index))) await this.#catchUp(index)
    const putBack = await this.#reconcileJournal(index, freshness.journal)
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
    const mark = this.#stillTrue(freshness.isUpToDate ? freshness.journal : await index.journalMark())
    // Read the branches before asking git, as #compareWithGit does. In a sparse checkout, HEAD's events may stay out of
    // the work tree.
    const watched = !isChecked(mark) && isSparse(this.workspace) ? branchesState(this.workspace) : undefined
    const { lines, end } = this.journal.read(mark)
    const deleted = isChecked(mark) ? [] : this.#ifGitAnswers(() => this.#unstaged())
    const archived = isChecked(mark) ? [] : await this.acknowledged.missing(index)
    const wanted = [...lines, ...archived, ...this.attributes.otherSides(), ...(deleted ?? [])]
    // A working writer puts its line into the journal first, so a line may be missing only for a moment. Once we hold
    // the lock, a missing line is really missing.
    if ((await missingFrom(index, wanted)).length > 0) {
      await this.#restoreIfPossible(index, withLock)
      return undefined
    }
    // Stores that emit repeatedly leave this to the first reader; without this, every read would check for departed
    // events.
    if (!isChecked(mark)) await this.#nameDeparted(index)
    if (lines.length > MANY || (!isChecked(mark) && deleted !== undefined))
      await this.#confirmJournal(index, lines, {
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
      // A repository that we cannot write to can still be read.
      if (!isKittyError(error) || error.kind !== 'NotWritable') throw error
      this.notices.warn(
        `whether events were taken out of .kittify/events cannot be settled: ${error.message}`,
      )
    }
  }

  /** Stores lines that the hub has brought as events of the log that this clone has acknowledged. */
  async adopt(lines: readonly RawLine[]): Promise<void> {
    await this.acknowledged.add(lines)
    this.log.putBack(lines)
  }

  /**
   * Returns where the journal ends after the lock holder's append; undefined while the fate of an earlier line is
   * unknown.
   */
  journalEnd(): JournalMark | undefined {
    if (this.#isPending) return undefined
    this.#mark = { ...marked(this.#mark), ...this.journal.read(this.#mark).end }
    return this.#mark
  }

  /**
   * Returns the events read from the places that an index named.
   * @throws IndexUnusable when an event is not the one the index names: SQLite does not notice a changed byte
   */
  confirmed(rows: readonly EventPlace[], events: readonly (LogEvent | undefined)[]): LogEvent[] {
    return rows.map((row, at) => {
      const event = events[at]
      if (event?.event_id === row.event_id) return event
      throw new IndexUnusable('damaged', `it names ${row.file}:${row.line} for an event that is not there`)
    })
  }

  /**
   * Warns how each conflict in the report came out. An in-memory index does not remember what was reported, so it stays
   * silent.
   */
  explain({ resolutions }: CatchUpReport, index: EventIndex): void {
    if (index.kind === 'memory') return
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
    const counted = (line: RawLine): RawLine => this.redactions.line(line)
    const count = replaceLines(this.workspace.eventsDir, ids, counted, { files })
    if (count > 0)
      this.notices.warn(
        `Redacted ${count} ${count === 1 ? 'line' : 'lines'} again that git had brought back.`,
      )
    return count > 0
  }

  async #repairTails(index: EventIndex): Promise<void> {
    const marks = new Map((await index.watermarks()).map((mark) => [mark.file, mark]))
    const suspects = this.log.list().filter((file) => {
      const mark = marks.get(file.name)
      return mark?.identity !== file.identity || mark.offset !== file.size
    })
    if (suspects.length === 0) return
    for (const repair of this.log.prepare(suspects.map((file) => file.name)))
      this.notices.warn(repair.message)
  }

  /** @returns whether lines were put back */
  async #reconcileJournal(index: EventIndex, noted: JournalMark | undefined): Promise<boolean> {
    const mark = this.#stillTrue(noted)
    this.#mark = mark
    this.#isPending = false
    const unseen = this.journal.read(mark)
    if (unseen.end.offset < unseen.size) {
      const repaired = this.journal.repair(this.workspace.errorsDir)
      if (repaired !== undefined) this.notices.warn(repaired)
    }
    const isWhole = (await missingFrom(index, unseen.lines)).length === 0
    const putBack = (!isWhole || !isChecked(mark)) && (await this.#compareWithGit(index))
    if (isWhole && isChecked(mark) && unseen.lines.length > 0)
      await this.#confirmJournal(index, unseen.lines, { ...mark, ...unseen.end })
    if (unseen.size > ARCHIVE_AT && (await this.acknowledged.archiveOldest())) await this.#markAgain(index)
    return putBack
  }

  /** Moves the mark to the end of the rewritten journal, if it was valid for the old one. */
  async #markAgain(index: EventIndex): Promise<void> {
    if (!this.#isPending && isChecked(this.#mark))
      await this.#confirmJournal(index, [], { ...this.#mark, ...this.journal.read().end })
  }

  /** Returns the mark, or UNCHECKED when git's branches have changed: lines held only by another branch may be gone. */
  #stillTrue(mark: JournalMark | undefined): JournalMark | undefined {
    if (mark?.branches === undefined || mark.branches === branchesState(this.workspace)) return mark
    return UNCHECKED
  }

  async #compareWithGit(index: EventIndex): Promise<boolean> {
    // Read the branches before asking git: if they change after this, the next command asks again.
    const branches = branchesState(this.workspace)
    const { lines: ofJournal, end } = this.journal.read()
    const lines = [...ofJournal, ...(await this.acknowledged.missing(index))]
    const missing = await this.#missingFromLog(index, lines)
    const unstaged = this.#ifGitAnswers(() => this.#unstaged())
    // A line that is in another file is not lost: it was moved to the file of its day, or to another writer's.
    const deleted = await missingFrom(index, unstaged ?? [])
    const comesBack = new Set(idsOf(deleted))
    const plan = this.#ifGitAnswers(() =>
      reconcile(lines, {
        missing: missing.filter((line) => !comesBack.has(line.event_id)),
        committed: (asked) => this.#committed(asked),
      }),
    )
    const hidden = plan?.isPending ? await this.#hiddenLines(index) : []
    const putBack = [...deleted, ...(plan?.putBack ?? []), ...hidden]
    if (putBack.length > 0) {
      const count = this.log.putBack(putBack)
      this.notices.warn(
        `re-added ${count} events that had been taken out of .kittify/events. If git stash pop now refuses: ` +
          'git checkout -- .kittify/events, then pop again; nothing goes missing.',
      )
      await this.#catchUp(index)
    }
    await this.#nameDeparted(index)
    this.#isPending = unstaged === undefined || plan === undefined || (plan.isPending && hidden.length === 0)
    if (this.#isPending || plan === undefined) return putBack.length > 0
    // A sparse checkout may leave out what HEAD brings; only a change of HEAD tells us that there is more.
    const waitsFor = plan.isElsewhere || isSparse(this.workspace) ? { branches } : {}
    await this.#confirmJournal(index, plan.expected, { ...end, ...waitsFor })
    return putBack.length > 0
  }

  #unstaged(): RawLine[] | undefined {
    const lines = unstagedDeletions(this.workspace)
    return lines && this.#notClosed(lines)
  }

  /** Leaves out events of closed logs, which a new log has replaced. */
  #notClosed(lines: RawLine[]): RawLine[] {
    if (lines.length === 0) return lines
    const closed = closedIds(this.workspace.privateDir)
    return closed.size === 0 ? lines : lines.filter(({ event_id }) => !closed.has(event_id))
  }

  async #nameDeparted(index: EventIndex): Promise<void> {
    // Loaded lazily: almost no command gets here.
    const { departedEvents } = await import('./departed.js')
    for (const sentence of await departedEvents(this.workspace, index)) this.notices.warn(sentence)
  }

  #committed(lines: readonly RawLine[]): Committed {
    const { root, eventsDir, tipsDir } = this.workspace
    return committedLines(root, eventsDir, lines, { memory: new TipMemory(tipsDir) })
  }

  /** @returns whether there were any */
  async #takeOtherSides(index: EventIndex): Promise<boolean> {
    const missing = await missingFrom(index, this.attributes.otherSides())
    if (missing.length === 0) return false
    this.notices.warn(
      `took over ${this.log.putBack(missing)} events of the other side, since an attribute keeps git from merging the log`,
    )
    await catchUp(this.log, index)
    return true
  }

  /**
   * Returns the lines that are in neither the index nor the files. If the files hold a line and the index is up to
   * date, the index is damaged, and we must not write because of it. If the index is behind, git may have added the
   * line since, so we catch up and look again.
   */
  async #missingFromLog(index: EventIndex, lines: readonly RawLine[]): Promise<RawLine[]> {
    for (;;) {
      const missing = await missingFrom(index, lines)
      if (missing.length === 0 || index.kind === 'memory' || !this.#filesHold(missing)) return missing
      if ((await index.freshness(this.log.list())).isUpToDate)
        throw new IndexUnusable('damaged', 'it lacked events that are in the log')
      await this.#catchUp(index)
    }
  }

  /** Scans only the files of the lines' days. */
  #filesHold(missing: readonly RawLine[]): boolean {
    const ids = new Set(idsOf(missing))
    const days = new Set(missing.map((line) => line.timestamp.slice(0, 10)))
    return this.log
      .list()
      .filter(({ name }) => days.has(name.slice(0, 10)))
      .some(({ name }) => {
        for (const lines of this.log.scan(name, SCAN_START))
          if (lines.some(({ event }) => event !== undefined && ids.has(event.event_id))) return true
        return false
      })
  }

  /** Returns lines of HEAD that git was told to keep out of the work tree. */
  async #hiddenLines(index: EventIndex): Promise<RawLine[]> {
    const { root, eventsDir } = this.workspace
    const files = this.#ifGitAnswers(() =>
      isLogHidden(this.workspace) ? [...linesOfHead(root, eventsDir)] : [],
    )
    return missingFrom(index, this.#notClosed((files ?? []).flat()))
  }

  /**
   * Returns undefined when git fails this time: we put nothing back, and the next command asks again.
   * @throws KittyError UnsafeSetup, MissingDependency: git cannot answer until someone fixes the setup
   */
  #ifGitAnswers<T>(ask: () => T): T | undefined {
    try {
      return ask()
    } catch (error) {
      if (!isKittyError(error) || error.kind !== 'GitFailure') throw error
      this.notices.warn(`Could not find out whether git took events out of .kittify/events. ${error.message}`)
      return undefined
    }
  }

  /**
   * Notes that the journal is checked up to `mark`, if the log holds these lines. Checks and writes the mark in one
   * transaction: git may be at work, and a process that sees its changes revokes the mark.
   */
  async #confirmJournal(index: EventIndex, lines: readonly RawLine[], mark: JournalMark): Promise<void> {
    this.#mark = mark
    this.#isPending = await index.write(async (writer) => {
      const isWhole = (await missingFrom(writer, lines)).length === 0
      if (isWhole) await writer.putJournalMark(mark)
      return !isWhole
    })
  }

  /** Moves torn tails that could only be ended while git was at work. @returns whether there were any */
  #moveEndedTails(): boolean {
    const tails = endedTails(this.workspace.privateDir)
    if (tails.length === 0) return false
    for (const file of new Set(tails.map((tail) => tail.file))) {
      const copy = quarantineLines(this.log, this.workspace, file, ({ offset, length }) => {
        const text = this.log.readLine({ file, offset, length })
        const crc = text === undefined ? undefined : crc32(Buffer.from(text, 'latin1'))
        return tails.some((tail) => tail.file === file && tail.bytes === length - 1 && tail.crc32 === crc)
      })
      if (copy !== undefined)
        this.notices.warn(`repaired ${file}: what a crash left of a line moved to ${copy}`)
    }
    forgetEnded(this.workspace.privateDir)
    return true
  }

  /** Skips the work while git is running: git might write a file between our last check and our replacing it. */
  async #normalizeFiles(index: EventIndex): Promise<void> {
    if (isGitAtWork(this.workspace)) return
    let rewrote = this.#moveEndedTails()
    const byFile = new Map<string, LogProblem[]>()
    for (const problem of await index.problems()) {
      byFile.set(problem.file, [...(byFile.get(problem.file) ?? []), problem])
    }
    for (const [file, problems] of byFile) {
      const repeats = problems.filter(({ kind }) => kind === 'duplicate' || kind === 'out_of_order').length
      if (!needsNormalizing(problems, repeats)) continue
      const merged = normalizeFile(this.workspace.eventsDir, file)
      if (merged === undefined) continue
      this.notices.warn(
        `${file}: put in order: merged ${merged.merged}, dropped ${merged.duplicates} duplicates`,
      )
      rewrote = true
    }
    if (rewrote) {
      await this.#catchUp(index)
      await this.#reconcileJournal(index, await index.journalMark())
    }
  }
}

/** The fields of a mark other than its position, which carry over when it moves on. */
function marked(mark: JournalMark | undefined): Pick<JournalMark, 'branches'> {
  return mark?.branches === undefined ? {} : { branches: mark.branches }
}

function idsOf(lines: readonly RawLine[]): string[] {
  return lines.map((line) => line.event_id)
}

async function missingFrom(index: IndexReader, lines: readonly RawLine[]): Promise<RawLine[]> {
  if (lines.length === 0) return []
  const absent = new Set(await index.absent(idsOf(lines)))
  return lines.filter((line) => absent.has(line.event_id))
}
