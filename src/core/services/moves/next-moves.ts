import { inject, injectable } from 'inversify'
import { validTransitions, type WorkflowTable, type WorkPackageState } from '../../events-lib.js'
import { type NextStep, sentence, shownCommand, shownWords } from '../../errors/next-step.js'
import type { WorkPackageDocument } from '../../projections/board-document.js'
import { laneKind } from '../../rules/lane-kinds.js'
import { isReviewWork } from '../../rules/work-lanes.js'
import { Workflow } from '../../workspace/config.js'
import { moveSteps } from './move-steps.js'
import { verdictSteps } from './verdict-steps.js'
import { passGate } from './pass-gate.js'

/** What comes next for one package: the commands that take it on, or whom it waits for. */
@injectable()
export class NextMoves {
  constructor(@inject(Workflow) private readonly workflow: WorkflowTable) {}

  /** @param name how to name the package in a command */
  of(state: WorkPackageState, page: WorkPackageDocument, actor: string, name: string): NextStep[] {
    if (state.conflicts.length > 0) return shownWords(['kitty', 'resolve', name, '--keep', 'ACTOR'])
    switch (laneKind(state.lane, this.workflow)) {
      case 'waiting':
        return page.blocked_by.length > 0
          ? [sentence`It waits for ${page.blocked_by}.`]
          : shownCommand(['kitty', 'claim', name])
      case 'rework':
        return shownCommand(['kitty', 'claim', name])
      case 'working':
        if (state.lane_actor !== actor) return [sentence`${state.lane_actor ?? 'Someone'} has it.`]
        return isReviewWork(this.workflow, state.lane)
          ? this.#verdict(state, name)
          : this.#onward(state, name)
      case 'review':
        return this.#verdict(state, name)
      case 'dropped':
        return shownCommand(['kitty', 'reopen', name])
      case 'done':
        return []
      case 'other':
        return this.#moves(state.lane, name)
    }
  }

  #verdict(state: WorkPackageState, name: string): NextStep[] {
    const steps = verdictSteps(this.workflow, state.lane, name)
    return steps.length === 0 ? this.#moves(state.lane, name) : [...this.#gates(state), ...steps]
  }

  #onward(state: WorkPackageState, name: string): NextStep[] {
    const open = state.subtasks.filter(({ done }) => !done).map(({ id }) => id)
    if (open.length > 0) return shownCommand(['kitty', 'tick', name, ...open])
    const lanes = validTransitions(this.workflow, state.lane)
    const isReview = lanes.some((lane) => laneKind(lane, this.workflow) === 'review')
    if (isReview) return shownCommand(['kitty', 'review', name])
    // From one working lane to the next; what gives the work up is no next step while there is one.
    const further = lanes.filter((lane) => laneKind(lane, this.workflow) === 'working')
    return moveSteps(this.workflow, state.lane, further.length > 0 ? further : lanes, name)
  }

  #moves(lane: string, name: string): NextStep[] {
    return moveSteps(this.workflow, lane, validTransitions(this.workflow, lane), name)
  }

  #gates(state: WorkPackageState): NextStep[] {
    return state.gates
      .filter(({ status }) => status !== 'passed')
      .flatMap(({ gate_id }) => shownCommand(passGate(state.feature_slug, gate_id)))
  }
}
