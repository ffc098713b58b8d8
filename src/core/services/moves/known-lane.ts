import { KittyError } from '../../errors/kitty-error.js'
import { quoted } from '../../errors/secrets.js'
import { resolveLane, type WorkflowTable } from '../../events-lib.js'
import { sentence } from '../../errors/next-step.js'

/** Resolves a lane name. @throws KittyError UsageError, naming the existing lanes */
export function knownLane(workflow: WorkflowTable, asked: string): string {
  const lane = resolveLane(workflow, asked)
  if (lane !== undefined) return lane
  throw new KittyError('UsageError', `There is no lane ${quoted(asked, 60)}.`, {
    nextSteps: [sentence`Lanes: ${workflow.lanes}`],
    context: { lane: asked, lanes: workflow.lanes },
  })
}
