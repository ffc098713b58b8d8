import { Claim } from '../services/claims/claim.js'
import { Conflicts } from '../services/conflicts/conflicts.js'
import { Gates, type GateStatus } from '../services/packages/gates.js'
import { MarkSubtasks } from '../services/packages/mark-subtasks.js'
import { MoveTask } from '../services/moves/move-task.js'
import { NoteTask } from '../services/packages/note-task.js'
import { Scope } from '../services/scope.js'
import { TaskQueries } from '../services/board/task-queries.js'
import type { Provenance } from '../store/event-store.js'
import type { Resolver } from '../token.js'
import { BadRequest } from './failure-answer.js'
import type { Given, Work } from './given.js'

const GATE_STATES: readonly GateStatus[] = ['pending', 'passed', 'failed']

/** Where a request writes, and as whom: this process's actor and session. */
async function place(
  services: Resolver,
  given: Given,
): Promise<{ feature: string; provenance: Provenance; scope: Scope }> {
  const scope = await services.resolve(Scope)
  return { scope, feature: await scope.feature(given.text('feature')), provenance: scope.provenance({}) }
}

/**
 * The writes that a page may request, by name. None can force a move: the owner does that on the command line, with a
 * reason.
 */
export const WRITES = {
  move: async (services, given) => {
    const { scope, feature, provenance } = await place(services, given)
    const workPackage = scope.workPackage(given.text('work_package'))
    const moved = await (
      await services.resolve(MoveTask)
    ).move({
      feature,
      workPackage,
      to: given.text('to'),
      expect: given.text('expect'),
      force: false,
      reason: given.optional('reason'),
      reviewRef: given.optional('review_ref'),
      evidence: given.optional('evidence'),
      provenance,
    })
    const rows = await (await services.resolve(TaskQueries)).list({ feature })
    return { ...moved, row: rows.find(({ work_package }) => work_package === workPackage) }
  },
  claim: async (services, given) => {
    const { scope, feature, provenance } = await place(services, given)
    const workPackage = scope.workPackage(given.text('work_package'))
    return (await services.resolve(Claim)).claim({ feature, workPackage, provenance })
  },
  tick: async (services, given) => {
    const { scope, feature, provenance } = await place(services, given)
    const workPackage = scope.workPackage(given.text('work_package'))
    const [subtasks, done] = [[given.text('subtask')], given.flag('done')]
    return (await services.resolve(MarkSubtasks)).mark({ feature, workPackage, subtasks, done, provenance })
  },
  note: async (services, given) => {
    const { scope, feature, provenance } = await place(services, given)
    const workPackage = scope.workPackage(given.text('work_package'))
    return (await services.resolve(NoteTask)).note({
      feature,
      workPackage,
      text: given.text('text'),
      provenance,
    })
  },
  gate: async (services, given) => {
    const { feature, provenance } = await place(services, given)
    const status = GATE_STATES.find((state) => state === given.text('status'))
    if (status === undefined) throw new BadRequest(400, `A gate is one of ${GATE_STATES.join(', ')}.`)
    return (await services.resolve(Gates)).set({ feature, gate: given.text('gate'), status, provenance })
  },
  resolve: async (services, given) => {
    const { feature, provenance } = await place(services, given)
    const [entity, keep] = [given.text('entity'), given.text('keep')]
    return (await services.resolve(Conflicts)).resolve({ feature, entity, keep, provenance })
  },
} satisfies Readonly<Record<string, Work>>

export function writeNamed(name: string): Work | undefined {
  const writes: Readonly<Record<string, Work>> = WRITES
  return Object.hasOwn(writes, name) ? writes[name] : undefined
}
