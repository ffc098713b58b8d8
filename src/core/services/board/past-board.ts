import { inject, injectable } from 'inversify'
import { quoted } from '../../errors/secrets.js'
import { KittyError } from '../../errors/kitty-error.js'
import type { LogEvent, MergeOptions, WorkflowTable } from '../../events-lib.js'
import { boardRowOf } from '../../index/board-row.js'
import { endOf } from '../../index/event-query.js'
import { momentOf } from '../../log/format/day-file.js'
import { board, boardFeatures } from '../../projections/board.js'
import type { StatusDocument } from '../../projections/board-document.js'
import { NO_MARKS } from '../../projections/marks.js'
import { replay, withAncestors } from '../../projections/replay.js'
import { workPackageDocument } from '../../projections/work-packages.js'
import { EventStore } from '../../store/event-store.js'
import { Workflow, FoldRules } from '../../workspace/config.js'
import { LaneFiles } from '../moves/lane-files.js'
import { Revisions } from '../revisions.js'

const TIME = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2}))?$/i

/** Reads the board as it was at an earlier point, by replaying the events up to then. Writes nothing. */
@injectable()
export class PastBoard {
  constructor(
    @inject(EventStore) private readonly store: EventStore,
    @inject(Workflow) private readonly workflow: WorkflowTable,
    @inject(LaneFiles) private readonly laneFiles: LaneFiles,
    @inject(Revisions) private readonly revisions: Revisions,
    @inject(FoldRules) private readonly foldRules: MergeOptions,
  ) {}

  /**
   * @param when a clock value, a day, an RFC 3339 time, or else a git revision
   * @throws KittyError UsageError if it is none of these
   */
  async board(when: string, feature?: string): Promise<StatusDocument> {
    const { states, features } = replay(await this.#events(when), this.foldRules)
    const rows = states.map(boardRowOf)
    const shown = feature === undefined ? rows : rows.filter((row) => row.feature_slug === feature)
    return board({
      features: boardFeatures(features, shown, feature),
      rows: shown,
      table: this.workflow,
      fileOf: this.laneFiles.fileOf,
      documentOf: workPackageDocument,
      leaseOf: () => null,
      marks: NO_MARKS,
    })
  }

  async #events(when: string): Promise<readonly LogEvent[]> {
    const asked = when.trim()
    if (/^\d+$/.test(asked)) return this.#untilClock(Number(asked))
    if (TIME.test(asked)) return this.#untilTime(asked)
    const { events } = await this.revisions.log(asked, '--at')
    return events
  }

  async #untilClock(clock: number): Promise<LogEvent[]> {
    const known = await this.store.wholeLog()
    return known.filter((event) => event.lamport_clock <= clock)
  }

  /** A day extends to its end. Includes the ancestors of each event, whatever their writers' clocks said. */
  async #untilTime(text: string): Promise<LogEvent[]> {
    const moment = utc(text)
    const end = endOf(text.length === 10 ? text : moment)
    return withAncestors(await this.store.wholeLog(), (event) => event.timestamp <= end)
  }
}

function utc(text: string): string {
  const time = momentOf(text)
  if (!Number.isNaN(time)) return new Date(time).toISOString()
  throw new KittyError('UsageError', `--at ${quoted(text, 60)} is no time there is.`, {
    nextSteps: ['--at 2026-11-22', '--at 2026-11-22T10:30:00Z'],
  })
}
