import { KittyError } from '../../errors/kitty-error.js'
import { type NextStep, sentence, shownCommand } from '../../errors/next-step.js'
import type { Refusal, WorkflowTable, WorkPackageState } from '../../events-lib.js'
import type { EarlierRefusals } from '../recall.js'
import { nameOfPackage, packageName } from '../../specs/work-package-id.js'
import { moveSteps } from './move-steps.js'
import { passGate } from './pass-gate.js'

export interface RefusedMove {
  readonly table: WorkflowTable
  readonly state: WorkPackageState
  readonly refusal: Refusal
  readonly actor: string
  readonly earlier: EarlierRefusals | undefined
}

/**
 * Formats a refusal for the caller, with what to type next and when the same package was refused for the same reason
 * before.
 */
export function refusedMove({ table, state, refusal, actor, earlier }: RefusedMove): KittyError {
  const { kind, message, current_status, requested_status, valid_transitions, blockers } = refusal
  const memory = earlier === undefined ? [] : memoryOf(nameOfPackage(state), requested_status, earlier)
  return new KittyError(kind, message, {
    nextSteps: [...nextSteps(table, state, refusal), ...memory],
    context: {
      feature_slug: state.feature_slug,
      work_package: state.work_package_id,
      current_status,
      requested_status,
      valid_transitions,
      blockers,
      actor,
      earlier: earlier ?? null,
    },
  })
}

function nextSteps(table: WorkflowTable, state: WorkPackageState, refusal: Refusal): NextStep[] {
  const { feature_slug, subtasks, gates } = state
  const name = nameOfPackage(state)
  const { kind, current_status, requested_status, valid_transitions, blockers } = refusal
  const lanes = moveSteps(table, current_status, valid_transitions, name)
  if (current_status === requested_status) return lanes
  if (kind === 'ValidationError')
    return blockers.flatMap((blocker) =>
      blocker === state.workspace?.branch
        ? shownCommand(['git', 'fetch'], 'once it is merged, then run the command again')
        : (MISSING.get(blocker) ?? sentence`see to: ${blocker}`),
    )
  const among = (ids: readonly string[]): string[] => blockers.filter((blocker) => ids.includes(blocker))
  const open = among(subtasks.map((subtask) => subtask.id))
  const removes = [
    ...(kind === 'DependencyValidationError'
      ? blockers.flatMap((blocker) => shownCommand(['kitty', 'show', packageName(feature_slug, blocker)]))
      : []),
    ...(open.length > 0 ? shownCommand(['kitty', 'tick', name, ...open]) : []),
    ...among(gates.map((gate) => gate.gate_id)).flatMap((gate) => shownCommand(passGate(feature_slug, gate))),
  ]
  // An agent does what it reads here, so nothing here teaches it to overrule a rule.
  return [...removes, ...(blockers.length > 0 ? [] : lanes), sentence`An owner can overrule.`]
}

/** How to supply what a request lacks, by the workflow's name for it. */
const MISSING = new Map([
  ['reason', sentence`add --reason "why"`],
  ['review_ref', sentence`add --review-ref "PR#12", the review it answers to`],
  ['evidence', sentence`add --evidence "commit abc1234, approved by ada in PR#12"`],
])

function memoryOf(name: string, to: string, { times, last_at, last_actor }: EarlierRefusals): NextStep[] {
  const often = times === 1 ? 'once before' : `${times} times before`
  const who = last_actor === null ? '' : `, for ${last_actor}`
  return [
    sentence`Refused for this reason ${often}, last at ${last_at}${who}.`,
    ...shownCommand(['kitty', 'agent', 'errors', 'match', name, '--to', to]),
  ]
}
