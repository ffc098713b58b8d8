import { inject, injectable } from 'inversify'
import { Notices } from '../errors/notices.js'
import { isKittyEvent, type LogEvent, type WorkflowTable } from '../events-lib.js'
import { Workflow } from '../workspace/config.js'
import { LocalEvents } from './local-events.js'

/** Warns of work that begins on what another branch has done: the board counts it, and the files here may lack it. */
@injectable()
export class DoneElsewhere {
  constructor(
    @inject(LocalEvents) private readonly local: LocalEvents,
    @inject(Workflow) private readonly workflow: WorkflowTable,
    @inject(Notices) private readonly notices: Notices,
  ) {}

  /** @param events that were written just now */
  async warn(events: readonly LogEvent[]): Promise<void> {
    for (const event of events)
      if (isKittyEvent(event) && event.event_type === 'WPStatusChanged')
        if (this.workflow.working.includes(event.payload.new_status))
          await this.#warnOf(event.payload.feature_slug, event.entity_id)
  }

  async #warnOf(feature: string, workPackage: string): Promise<void> {
    const dependencies = await this.local.dependencies(feature, workPackage)
    if (dependencies.length === 0) return
    const elsewhere = await this.local.onlyFromHub()
    for (const id of dependencies) {
      const state = await this.local.workPackage(feature, id)
      if (state === undefined || !this.workflow.done.includes(state.lane)) continue
      const isDoneThere = elsewhere.some(
        (event) =>
          isKittyEvent(event) &&
          event.event_type === 'WPStatusChanged' &&
          event.payload.feature_slug === feature &&
          event.entity_id === id &&
          event.payload.new_status === state.lane,
      )
      if (!isDoneThere) continue
      const branch = state.workspace?.branch
      const where = branch === undefined ? 'on another branch' : `on branch ${branch}`
      this.notices.warn(
        `${id} is done ${where}, which your base does not have: what ${workPackage} builds on may be missing here. Merge or pull first.`,
      )
    }
  }
}
