import { KittyError } from '../errors/kitty-error.js'
import { quoted } from '../errors/secrets.js'
import { resolveLane, type WorkflowTable } from '../events-lib.js'

/** The lane that is meant. @throws KittyError UsageError, naming those there are. */
export function knownLane(workflow: WorkflowTable, asked: string): string {
  const lane = resolveLane(workflow, asked)
  if (lane !== undefined) return lane
  throw new KittyError('UsageError', `There is no lane ${quoted(asked, 60)}.`, {
    nextSteps: [`Lanes: ${workflow.lanes.join(', ')}`],
    context: { lane: asked, lanes: workflow.lanes },
  })
}
