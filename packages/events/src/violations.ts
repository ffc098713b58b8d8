import { GUARDS, isBlank, type Guard, type MoveFacts, type RefusalKind } from './guards.js'
import { isInTable, movesFrom, resolveLane, validTransitions, type WorkflowTable } from './workflow.js'

/** The steps of checking a move, in their order. */
export type Phase = 'request' | 'condition' | 'terminal' | 'table' | 'validator'

export interface Violation {
  readonly phase: Phase
  readonly kind: RefusalKind
  /** Name of the guard; null where the table itself refuses. */
  readonly guard: string | null
  readonly message: string
  readonly blockers: readonly string[]
}

export type Guards = Readonly<Record<string, Guard>>

/**
 * Lists everything that is wrong with a move, in the order of the checks. Force, which needs a reason, skips
 * conditions, table and validators, but neither the guards on entering a lane nor `always` guards.
 * @param from the lane it leaves; null when no status is known yet
 */
export function moveViolations(
  table: WorkflowTable,
  from: string | null,
  facts: MoveFacts,
  guards: Guards = GUARDS,
): Violation[] {
  const { state, force = false } = facts
  const to = resolveLane(table, facts.to) ?? facts.to
  const ask = (phase: Phase, names: readonly string[] = []) =>
    names.flatMap((name) => askGuard(phase, name, { ...facts, to }, table, guards))
  const violations = [...requestViolations(table, to, facts), ...ask('request', own(table.enters, to))]
  if (!force) violations.push(...ask('condition', table.conditions))
  const move = findMove(table, from, to)
  const open = move !== undefined && move.forcedOnly !== true
  if (!force && from !== null && table.terminal.includes(from)) {
    const message = `${state.work_package_id} is ${from}, which is final.`
    violations.push({ phase: 'terminal', kind: 'StateTransitionError', guard: null, message, blockers: [] })
  }
  if (!force && !open) violations.push(notInTable(table, from, to, state.work_package_id))
  if (!force) violations.push(...ask('validator', move?.requires))
  violations.push(...ask('validator', move?.always))
  return violations
}

function requestViolations(
  table: WorkflowTable,
  to: string,
  { state, reason, force }: MoveFacts,
): Violation[] {
  const refuse = (message: string, blockers: readonly string[]): Violation[] => [
    { phase: 'request', kind: 'ValidationError', guard: null, message, blockers },
  ]
  if (!isInTable(table, to)) {
    const message = `${JSON.stringify(to)} is not a lane of the ${table.name} workflow; use one of ${table.lanes.join(', ')}.`
    return refuse(message, [])
  }
  if (force !== true || !isBlank(reason)) return []
  return refuse(`Forcing a move of ${state.work_package_id} needs a reason, which is recorded; give one.`, [
    'reason',
  ])
}

function notInTable(table: WorkflowTable, from: string | null, to: string, id: string): Violation {
  const open = from === null ? (table.entry ?? [table.initial]) : validTransitions(table, from)
  const lanes = open.join(', ').replace(/, ([^,]*)$/, ' or $1')
  const choice = open.length === 0 ? 'nowhere without force' : `to ${lanes}`
  const message = `${id} cannot go from ${from ?? 'nowhere'} to ${to}; it can go ${choice}.`
  return { phase: 'table', kind: 'StateTransitionError', guard: null, message, blockers: [] }
}

function findMove(table: WorkflowTable, from: string | null, to: string) {
  if (from === null)
    return (table.entry ?? [table.initial]).includes(to) ? { to, forcedOnly: false } : undefined
  return movesFrom(table, from).find((move) => move.to === to)
}

function askGuard(
  phase: Phase,
  name: string,
  facts: MoveFacts,
  table: WorkflowTable,
  guards: Guards,
): Violation[] {
  const guard = Object.hasOwn(guards, name) ? guards[name] : undefined
  if (guard === undefined) {
    const message = `The ${table.name} workflow names the guard ${name}, which is not registered; register or remove it.`
    return [{ phase, kind: 'ValidationError', guard: name, message, blockers: [name] }]
  }
  const blockers = guard.blockers(facts, table)
  if (blockers.length === 0) return []
  return [{ phase, kind: guard.kind, guard: name, message: guard.message(facts, blockers), blockers }]
}

function own<Value>(record: Readonly<Record<string, Value>> | undefined, key: string): Value | undefined {
  return record !== undefined && Object.hasOwn(record, key) ? record[key] : undefined
}
