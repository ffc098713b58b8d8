import { inject, injectable } from 'inversify'
import type { MergeOptions, WorkflowTable } from '../../events-lib.js'
import { flow } from '../../projections/flow/flow.js'
import type { FlowDocument } from '../../projections/flow/flow-document.js'
import { laneColumns } from '../../projections/flow/lane-columns.js'
import { type LaneTimeline, laneTimelines } from '../../projections/flow/lane-timeline.js'
import { EventStore } from '../../store/event-store.js'
import { FoldRules, Workflow } from '../../workspace/config.js'
import { Session } from '../../workspace/session.js'

/** Computes how work flows, from the lanes that packages were in. */
@injectable()
export class Flow {
  constructor(
    @inject(EventStore) private readonly store: EventStore,
    @inject(Workflow) private readonly workflow: WorkflowTable,
    @inject(FoldRules) private readonly foldRules: MergeOptions,
    @inject(Session) private readonly session: Session,
  ) {}

  /** @param feature limits the figures to one feature; all features if omitted */
  async figures(feature?: string): Promise<FlowDocument> {
    const timelines = await this.#timelines()
    return flow({
      timelines: feature === undefined ? timelines : timelines.filter((one) => one.feature === feature),
      table: this.workflow,
      now: this.session.now().getTime(),
      feature: feature ?? null,
    })
  }

  /** Every lane change in the log. See `laneColumns` for the layout. */
  async columns(): Promise<Uint8Array> {
    return laneColumns(await this.#timelines(), this.workflow.lanes)
  }

  async #timelines(): Promise<LaneTimeline[]> {
    return laneTimelines(await this.store.wholeLog(), this.foldRules)
  }
}
