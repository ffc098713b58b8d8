import { inject, injectable, multiInject } from 'inversify'
import {
  decideMove,
  type Guards,
  type MoveDecision,
  type MoveFacts,
  type NewEvent,
  resolveLane,
  unfinished,
  type WorkflowTable,
} from '../events-lib.js'
import { overruled, ruleName } from './overruled.js'
import { guardsByName, withEveryMove } from './rule-set.js'
import { Workflow } from '../workspace/config.js'
import { MoveRule, type MadeMove, type PostFunction } from './move-rule.js'
import { Notices } from '../errors/notices.js'

type StatusChanged = NewEvent<'WPStatusChanged'>
type GateReport = NonNullable<StatusChanged['payload']['gate_results']>[number]

/** What a caller supplies for a move besides its state. `evidence` is text, and is stored with the event. */
export type MoveQuestion = Omit<MoveFacts, 'evidence'> & { readonly evidence?: string | null }

/**
 * The three phases of a move: conditions and validators judge it, and post-functions follow it. See
 * docs/gates-and-rules.md.
 */
@injectable()
export class MoveRules {
  readonly #table: WorkflowTable
  readonly #guards: Guards
  readonly #postFunctions: readonly PostFunction[]

  constructor(
    @inject(Workflow) workflow: WorkflowTable,
    @multiInject(MoveRule) rules: readonly MoveRule[],
    @inject(Notices) private readonly notices: Notices,
  ) {
    const guards = rules.filter((rule) => rule.phase !== 'after')
    this.#guards = guardsByName(guards)
    this.#table = withEveryMove(workflow, guards)
    this.#postFunctions = rules.filter((rule) => rule.phase === 'after')
  }

  /**
   * Decides whether the move is allowed and, if so, returns its event. A forced move's event says what it overruled.
   * @throws KittyError InternalError naming a rule that failed to answer.
   */
  decide({ evidence, ...question }: MoveQuestion): MoveDecision {
    const to = resolveLane(this.#table, question.to) ?? question.to
    const facts: MoveFacts = {
      ...question,
      to,
      evidence: evidence !== undefined && evidence !== null && evidence.trim() !== '',
    }
    const decision = decideMove(this.#table, facts, this.#guards)
    if (!decision.ok) return decision
    return { ok: true, events: decision.events.map((event) => this.#annotated(event, facts, evidence)) }
  }

  /** Whether any move into the lane checks this guard. */
  asks(guard: string, lane: string): boolean {
    const into = Object.values(this.#table.moves)
      .flat()
      .filter((move) => move.to === lane)
    return into.some((move) => [...(move.requires ?? []), ...(move.always ?? [])].includes(guard))
  }

  /** Runs the post-functions of one kind. If one fails, we only warn: the moves are already made. */
  async follow(moves: readonly MadeMove[], kind: 'underLock' | 'released'): Promise<void> {
    const due = kind === 'released' ? moves.filter(({ repeated }) => !repeated) : moves
    if (due.length === 0) return
    for (const rule of this.#postFunctions) {
      if ((rule.underLock === true) !== (kind === 'underLock')) continue
      if (rule.afterAll !== undefined) await this.#attempt(rule.name, due, () => rule.afterAll?.(due))
      else for (const move of due) await this.#attempt(rule.name, [move], () => rule.after(move))
    }
  }

  async #attempt(name: string, moves: readonly MadeMove[], work: () => Promise<void> | void): Promise<void> {
    try {
      await work()
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      for (const { workPackage, to } of moves)
        this.notices.warn(`${workPackage} was moved to ${to}, but ${name} failed after it: ${reason}`)
    }
  }

  /** Adds facts to the payload's own fields; a rule that was overruled is listed among the gate results. */
  #annotated(event: StatusChanged, facts: MoveFacts, evidence: string | null | undefined): StatusChanged {
    const violations = facts.force === true ? overruled(this.#table, facts, this.#guards) : []
    const names = new Set(violations.map(ruleName))
    const gates = names.has('gates_passed') ? facts.state.gates : []
    const reports: GateReport[] = [
      ...(event.payload.gate_results ??
        gates.map(({ gate_id, gate_type, status }) => ({ gate_type: gate_type ?? gate_id, status }))),
      ...violations.map((violation) => ({
        gate_type: ruleName(violation),
        status: 'overruled',
        details: violation.message,
      })),
      ...given('review_reference', facts.review_ref),
      ...given('evidence', evidence),
    ]
    const incomplete_dependencies = unfinished(facts.dependencies, this.#table).map(({ id }) => id)
    return {
      ...event,
      payload: {
        ...event.payload,
        ...(reports.length > 0 && { gate_results: reports }),
        ...(names.has('dependencies_done') && {
          dependency_status: { all_complete: false, incomplete_dependencies },
        }),
      },
    }
  }
}

/** What a move was given as its review or evidence, as `MoveRules.decide` stores it; null if nothing. */
export function givenWith(
  { gate_results }: Pick<StatusChanged['payload'], 'gate_results'>,
  name: 'review_reference' | 'evidence',
): string | null {
  const report = gate_results?.find(({ gate_type, status }) => gate_type === name && status === GIVEN)
  return report?.details ?? null
}

const GIVEN = 'given'

function given(name: 'review_reference' | 'evidence', text: string | null | undefined): GateReport[] {
  return text === undefined || text === null || text.trim() === ''
    ? []
    : [{ gate_type: name, status: GIVEN, details: text }]
}
