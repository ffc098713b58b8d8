import { KittyError } from '../errors/kitty-error.js'
import { resolveLane, type WorkflowTable } from '../events-lib.js'

/** @throws KittyError UsageError naming the lanes there are. */
export function assertLane(workflow: WorkflowTable, lane: string): void {
  if (resolveLane(workflow, lane) !== undefined) return
  throw new KittyError('UsageError', `There is no lane ${JSON.stringify(lane.slice(0, 60))}.`, {
    nextSteps: [`Lanes: ${workflow.lanes.join(', ')}`],
    context: { lane, lanes: workflow.lanes },
  })
}
