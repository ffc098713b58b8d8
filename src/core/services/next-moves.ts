import { inject, injectable } from 'inversify'
import { validTransitions, type WorkflowTable, type WorkPackageState } from '../events-lib.js'
import { shellWords } from '../platform/shell-words.js'
import type { WorkPackageDocument } from '../projections/board-document.js'
import { laneKind } from '../rules/lane-kinds.js'
import { Workflow } from '../workspace/config.js'

export interface NextMove {
  readonly text: string
  /** The command, word for word; null for a sentence. */
  readonly argv: readonly string[] | null
}

/** What comes next for one package: the commands that take it on, or whom it waits for. */
@injectable()
export class NextMoves {
  constructor(@inject(Workflow) private readonly workflow: WorkflowTable) {}

  /** @param name how to name the package in a command */
  of(state: WorkPackageState, page: WorkPackageDocument, actor: string, name: string): NextMove[] {
    if (state.conflicts.length > 0) return [command('resolve', name, '--keep', 'ACTOR')]
    switch (laneKind(state.lane, this.workflow)) {
      case 'waiting':
        return page.blocked_by.length > 0
          ? [sentence(`It waits for ${page.blocked_by.join(', ')}.`)]
          : [command('claim', name)]
      case 'rework':
        return [command('claim', name)]
      case 'working':
        return state.lane_actor === actor
          ? this.#onward(state, name)
          : [sentence(`${state.lane_actor ?? 'Someone'} has it.`)]
      case 'review':
        return [...this.#gates(state), command('done', name), command('reject', name, '--reason', 'TEXT')]
      case 'dropped':
        return [command('reopen', name)]
      case 'done':
        return []
      case 'other':
        return validTransitions(this.workflow, state.lane).map((lane) => command('move', name, lane))
    }
  }

  #onward(state: WorkPackageState, name: string): NextMove[] {
    const open = state.subtasks.filter(({ done }) => !done).map(({ id }) => id)
    if (open.length > 0) return [command('tick', name, ...open)]
    const lanes = validTransitions(this.workflow, state.lane)
    const isReview = lanes.some((lane) => laneKind(lane, this.workflow) === 'review')
    return isReview ? [command('review', name)] : lanes.map((lane) => command('move', name, lane))
  }

  #gates(state: WorkPackageState): NextMove[] {
    return state.gates
      .filter(({ status }) => status !== 'passed')
      .map(({ gate_id }) => command('agent', 'gates', 'set', gate_id, '--status', 'passed'))
  }
}

function command(...words: string[]): NextMove {
  const argv = ['kitty', ...words]
  return { text: shellWords(argv), argv }
}

function sentence(text: string): NextMove {
  return { text, argv: null }
}
