import { lstatSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import { inject, injectable } from 'inversify'
import { isKittyError } from '../errors/kitty-error.js'
import { secretIn } from '../errors/secrets.js'
import { Causality, encodeEvent, isKittyEvent, type LogEvent } from '../events-lib.js'
import { catchUp } from '../index/catch-up.js'
import type { EventIndex, IndexRow } from '../index/event-index.js'
import { IndexUnusable, suspiciousClock } from '../index/event-index.js'
import { unstagedDeletions } from '../log/repair/unstaged-deletions.js'
import { issueFrom } from '../store/clock.js'
import { Notices } from '../errors/notices.js'
import { Workspace } from '../workspace/workspace.js'
import { EventLog, type LogProblem, type RawLine } from '../log/event-log.js'
import { Journal } from '../log/repair/journal.js'
import { IndexHealth } from '../index/index-health.js'
import { ClockStorage } from '../log/clock-storage.js'

export interface VerifyResult {
  readonly files: number
  readonly events: number
  readonly problems: readonly LogProblem[]
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
  ) {}

  async verify(): Promise<VerifyResult> {
    const replayed = this.health.inMemory()
    await catchUp(this.log, replayed)
    const rows = await replayed.locate({})
    const problems = [
      ...(await replayed.problems()),
      ...(await replayed.suspicious()).map(suspiciousClock),
      ...this.#tornTails(await replayed.watermarks()),
      ...rows.filter(isMisfiled).map(misfiled),
      ...this.#unknownAndParentless(rows),
      ...(await this.#missingFromLog(replayed)),
      ...this.#clockProblems(await replayed.maximumClock()),
      ...(await this.#indexProblems(replayed)),
    ]
    return { files: this.log.list().length, events: rows.length, problems: problems.sort(byPlace) }
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

  #unknownAndParentless(rows: readonly IndexRow[]): LogProblem[] {
    const events = this.log.readEvents(rows)
    const places = new Map(rows.map((row) => [row.event_id, row]))
    const present = events.filter((event): event is LogEvent => event !== undefined)
    const causality = new Causality(present)
    const at = (id: string): { file: string; line: number } => places.get(id) ?? { file: '', line: 0 }
    return [
      ...present
        .filter((event) => !isKittyEvent(event))
        .map((event) => {
          const message = `event type ${event.event_type} version ${event.event_version} is not known here; kept, passed over`
          return { ...place(at(event.event_id)), kind: 'unknown_type', message }
        }),
      ...present.flatMap((event) => {
        const kind = secretIn(encodeEvent(event))
        const message = `holds what looks like ${kind}: have it revoked, since git has carried it`
        return kind === undefined ? [] : [{ ...place(at(event.event_id)), kind: 'secret', message }]
      }),
      ...causality.missingParents.map(({ event_id, parent }) => ({
        ...place(at(event_id)),
        kind: 'missing_parent',
        message: `names ${parent} as its parent, which is not in the log: lost, or not merged yet`,
      })),
      ...causality.invalidParents.map(({ event_id, parent }) => ({
        ...place(at(event_id)),
        kind: 'invalid_parent',
        message: `names ${parent} as its parent, which is of another entity or whose clock is not smaller; not followed`,
      })),
    ]
  }

  async #missingFromLog(replayed: EventIndex): Promise<LogProblem[]> {
    const stored = this.journal.read().lines.map(({ event_id }) => ({
      event_id,
      file: this.workspace.journalFile,
      message: `event ${event_id} was stored and is not in the work tree; the next command puts it back unless a branch has it`,
    }))
    const staged = this.#missingFromFiles().map(({ event_id }) => ({
      event_id,
      file: this.workspace.eventsDir,
      message: `git has event ${event_id} and the work tree lacks it; the next command puts it back`,
    }))
    // If both report the same event, use the journal's message.
    const wanted = new Map([...staged, ...stored].map((one) => [one.event_id, one]))
    for (const { event_id } of await replayed.rows([...wanted.keys()])) wanted.delete(event_id)
    return [...wanted.values()].map(({ file, message }) => ({ file, line: 0, kind: 'not_in_log', message }))
  }

  #missingFromFiles(): readonly RawLine[] {
    try {
      return unstagedDeletions(this.workspace) ?? []
    } catch (error) {
      if (!isKittyError(error) || error.kind !== 'GitFailure') throw error
      this.notices.warn(
        `Could not find out whether the work tree has every event that git has. ${error.message}`,
      )
      return []
    }
  }

  #clockProblems(maximum: number): LogProblem[] {
    const reading = this.clock.read()
    const problem = { file: this.workspace.clockFile, line: 0, kind: 'clock' }
    // A fresh clone has neither clock nor index. Derived data may be missing.
    if ('problem' in reading && reading.missing) return []
    if ('problem' in reading)
      return [{ ...problem, message: `${reading.problem}; the next write takes it from the log` }]
    // A merge leaves the clock behind the log. The next write corrects it.
    const { warning } = issueFrom(reading, maximum)
    return warning === undefined ? [] : [{ ...problem, message: warning }]
  }

  async #indexProblems(replayed: EventIndex): Promise<LogProblem[]> {
    const problem = { file: this.workspace.indexFile, line: 0, kind: 'index' }
    if (lstatSync(this.workspace.indexFile, { throwIfNoEntry: false }) === undefined) return []
    try {
      const index = await this.health.current()
      // An index that is only behind is fine. One that claims to be up to date but differs is a problem.
      const behind = !sameMarks(await index.watermarks(), await replayed.watermarks())
      if (behind || (await sameAnswers(index, replayed))) return []
      return [{ ...problem, message: 'does not answer as the log does: kitty agent events rebuild-index' }]
    } catch (error) {
      if (!(error instanceof IndexUnusable)) throw error
      if (error.reason !== 'damaged') {
        this.notices.warn(`The index was not compared with the log: ${error.message}.`)
        return []
      }
      return [{ ...problem, message: `${error.message}; the next command rebuilds it` }]
    } finally {
      await this.health.close()
    }
  }
}

function place({ file, line }: { file: string; line: number }): { file: string; line: number } {
  return { file, line }
}

/** True for an event that is not in its day's file. */
export function isMisfiled(row: Pick<IndexRow, 'file' | 'date'>): boolean {
  return row.file.slice(0, 10) !== row.date
}

function misfiled(row: IndexRow): LogProblem {
  return {
    ...place(row),
    kind: 'wrong_file',
    message: `event ${row.event_id} is of ${row.date} and belongs into ${row.date}.jsonl`,
  }
}

function sameMarks(a: readonly { file: string; identity: string }[], b: typeof a): boolean {
  const seen = new Map(a.map((mark) => [mark.file, mark.identity]))
  return a.length === b.length && b.every((mark) => seen.get(mark.file) === mark.identity)
}

async function sameAnswers(a: EventIndex, b: EventIndex): Promise<boolean> {
  const answers = async (index: EventIndex): Promise<unknown[]> => {
    const rows = (await index.locate({})).map((row) => ({ ...row }))
    const features = (await index.features()).map((row) => ({ ...row }))
    const boardRows = (await index.boardRows()).map((row) => ({ ...row }))
    const states = await index.workPackages()
    const problems = (await index.problems()).map((problem) => ({ ...problem })).sort(byPlaceAndKind)
    return [rows, states, boardRows, features, await index.maximumClock(), problems]
  }
  return isDeepStrictEqual(await answers(a), await answers(b))
}

function byPlace(a: LogProblem, b: LogProblem): number {
  return a.file === b.file ? a.line - b.line : a.file < b.file ? -1 : 1
}

/** Sorts by place and kind, since two indexes may have found the problems of one line in different orders. */
function byPlaceAndKind(a: LogProblem, b: LogProblem): number {
  return byPlace(a, b) || (a.kind < b.kind ? -1 : a.kind > b.kind ? 1 : a.message < b.message ? -1 : 1)
}
