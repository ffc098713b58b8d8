import { lstatSync } from 'node:fs'
import { inject, injectable } from 'inversify'
import { isKittyError } from '../../errors/kitty-error.js'
import type { EventIndex } from '../../index/event-index.js'
import { suspiciousClock } from '../../index/index-row.js'
import { IndexUnusable } from '../../index/index-unusable.js'
import { closedIds } from '../../log/archive/closed-logs.js'
import { committedLines } from '../../log/repair/committed-lines.js'
import { unstagedDeletions } from '../../log/repair/unstaged-deletions.js'
import { withoutUnread } from '../../log/unread-lines.js'
import { missingFrom } from '../../store/missing-lines.js'
import { issueFrom } from '../../store/clock.js'
import { counted } from '../../errors/counted.js'
import { Notices } from '../../errors/notices.js'
import { Workspace } from '../../workspace/workspace.js'
import { EventLog, type LogProblem, type RawLine } from '../../log/event-log.js'
import { Journal } from '../../log/repair/journal.js'
import { IndexHealth } from '../../index/index-health.js'
import { ClockStorage } from '../../log/clock-storage.js'
import { byPlace, sameAnswers } from './same-answers.js'
import { isNotice } from './event-checks.js'
import { QuietLook } from './quiet-look.js'
import { ReplayedLog } from './replayed-log.js'

export interface VerifyResult {
  readonly files: number
  readonly events: number
  readonly problems: readonly LogProblem[]
  /**
   * What is no damage: lines that only another program reads (a newer kitty, or one with a plugin that is missing here),
   * and how many events of this clone wait on other branches.
   */
  readonly notices: readonly LogProblem[]
}

/** How long to read the tips of branches, in milliseconds. */
const SEARCH_MS = 60_000

const STORED = 'event EVENT was stored and is not in the work tree; the next command puts it back'
const STAGED = 'git has event EVENT and the work tree lacks it; the next command puts it back'

/** What a writer leaves for a moment. No other problem goes away by itself. */
const HALF_DONE = new Set(['torn_tail', 'not_in_log', 'clock', 'index'])

function isWell({ problems }: VerifyResult): boolean {
  return !problems.some(({ kind }) => HALF_DONE.has(kind))
}

/**
 * Reads every line of every file, the clock and the index without changing anything. Repairs are left to the next write
 * and to doctor.
 */
@injectable()
export class Verify {
  constructor(
    @inject(Workspace) private readonly workspace: Workspace,
    @inject(EventLog) private readonly log: EventLog,
    @inject(Journal) private readonly journal: Journal,
    @inject(ClockStorage) private readonly clock: ClockStorage,
    @inject(IndexHealth) private readonly health: IndexHealth,
    @inject(Notices) private readonly notices: Notices,
    @inject(QuietLook) private readonly quiet: QuietLook,
  ) {}

  async verify(): Promise<VerifyResult> {
    let replayed = await this.replay()
    try {
      const look = async (): Promise<VerifyResult> => {
        replayed = await replayed.caughtUp()
        return this.compare(replayed)
      }
      return await this.quiet.confirmed('verify', look, isWell)
    } finally {
      await replayed.close()
    }
  }

  /** Reads the log whole. The caller closes what is returned. */
  replay(): Promise<ReplayedLog> {
    return ReplayedLog.read(this.log, this.health)
  }

  /** Compares what is stored with the log. Where a writer is at work, some of the problems are its work half done. */
  async compare({ index, checks }: ReplayedLog): Promise<VerifyResult> {
    const found = [
      ...(await index.problems()).filter(({ kind }) => kind !== 'on_hub'),
      ...(await index.suspicious()).map(suspiciousClock),
      ...this.#tornTails(await index.watermarks()),
      ...(await checks.problems(index)),
      ...(await this.#missingFromLog(index)),
      ...this.#clockProblems(await index.maximumClock()),
      ...(await this.#indexProblems(index)),
    ].sort(byPlace)
    const problems = found.filter((one) => !isNotice(one))
    const notices = found.filter(isNotice)
    return { files: this.log.list().length, events: await index.count(), problems, notices }
  }

  #tornTails(marks: readonly { file: string; size: number; offset: number; line: number }[]): LogProblem[] {
    return marks
      .filter((mark) => mark.size > mark.offset)
      .map(({ file, size, offset, line }) => ({
        file,
        line: line + 1,
        kind: 'torn_tail',
        message: `${size - offset} bytes after the last newline, at byte ${offset}: a writer at work, or the trace of a crash that the next write repairs`,
      }))
  }

  async #missingFromLog(replayed: EventIndex): Promise<LogProblem[]> {
    // What a new log has replaced is not missing, wherever git still has it.
    const closed = closedIds(this.workspace.privateDir)
    const isOpen = ({ event_id }: RawLine): boolean => !closed.has(event_id)
    const missing = async (lines: readonly RawLine[]): Promise<RawLine[]> =>
      withoutUnread(await missingFrom(replayed, lines), this.log)
    const journal = await missing(this.journal.read().lines.filter(isOpen))
    const staged = await missing(this.#ifGitAnswers(() => unstagedDeletions(this.workspace)?.filter(isOpen)))
    const elsewhere = this.#onOtherBranches(journal)
    const problem = ({ event_id }: RawLine, file: string, why: string): [string, LogProblem] => [
      event_id,
      { file, line: 0, kind: 'not_in_log', message: why.replace('EVENT', event_id) },
    ]
    const { journalFile, eventsDir } = this.workspace
    // If both report the same event, use the journal's message.
    const found = new Map([
      ...staged.map((line) => problem(line, eventsDir, STAGED)),
      ...journal
        .filter(({ event_id }) => !elsewhere.has(event_id))
        .map((line) => problem(line, journalFile, STORED)),
    ])
    const waiting = [...elsewhere].filter((id) => !found.has(id)).length
    return [...found.values(), ...(waiting > 0 ? [onAnotherBranch(journalFile, waiting)] : [])]
  }

  /**
   * Which of the lines another branch has: git took them away with a switch, and gives them back with that branch. Those
   * that HEAD has too are not among them. Looks longer than a daily command may, for what is not found counts as damage.
   */
  #onOtherBranches(lines: readonly RawLine[]): ReadonlySet<string> {
    const { root, eventsDir } = this.workspace
    const search = { forMs: SEARCH_MS, ofRemotes: true }
    const [found] = this.#ifGitAnswers(() => [committedLines(root, eventsDir, lines, search)])
    return new Set([...(found?.elsewhere ?? [])].filter((id) => found?.inHead.has(id) === false))
  }

  #ifGitAnswers<T>(ask: () => readonly T[] | undefined): readonly T[] {
    try {
      return ask() ?? []
    } catch (error) {
      if (!isKittyError(error) || error.kind !== 'GitFailure') throw error
      this.notices.warn(
        `Could not find out whether the work tree has every event that git has. ${error.message}`,
      )
      return []
    }
  }

  #clockProblems(maximum: number): LogProblem[] {
    // A merge leaves the clock behind the log, and a fresh clone has none. The next write corrects it.
    const message = this.#clockWarning(maximum)
    return message === undefined ? [] : [{ file: this.workspace.clockFile, line: 0, kind: 'clock', message }]
  }

  #clockWarning(maximum: number): string | undefined {
    try {
      const reading = this.clock.read()
      if (reading.problem !== undefined) return `${reading.problem}; the next write takes it from the log`
      return issueFrom(reading, maximum).warning
    } catch (error) {
      if (!isKittyError(error)) throw error
      return error.message
    }
  }

  async #indexProblems(replayed: EventIndex): Promise<LogProblem[]> {
    const problem = { file: this.workspace.indexFile, line: 0, kind: 'index' }
    if (lstatSync(this.workspace.indexFile, { throwIfNoEntry: false }) === undefined) return []
    try {
      const index = await this.health.current()
      const marks = await replayed.watermarks()
      // An index that is only behind is fine. One that claims to be up to date but differs is a problem.
      const isOther = async (): Promise<boolean> => !sameMarks(await index.watermarks(), marks)
      if ((await isOther()) || (await sameAnswers(index, replayed))) return []
      // It may have been brought up to date between two answers.
      if (await isOther()) return []
      return [{ ...problem, message: 'does not match the log: kitty agent events rebuild-index' }]
    } catch (error) {
      if (!(error instanceof IndexUnusable)) throw error
      if (error.reason !== 'damaged') {
        this.notices.warn(`The index was not compared with the log: ${error.message}`)
        return []
      }
      return [{ ...problem, message: `${error.message}; the next command rebuilds it` }]
    } finally {
      await this.health.close()
    }
  }
}

function onAnotherBranch(file: string, count: number): LogProblem {
  const [is, comeBack] = count === 1 ? ['is', 'it comes back'] : ['are', 'they come back']
  const message = `${counted(count, 'event')} stored here ${is} on another branch and not on this one: ${comeBack} with that branch`
  return { file, line: 0, kind: 'on_another_branch', message }
}

function sameMarks(a: readonly { file: string; identity: string }[], b: typeof a): boolean {
  const seen = new Map(a.map((mark) => [mark.file, mark.identity]))
  return a.length === b.length && b.every((mark) => seen.get(mark.file) === mark.identity)
}
