import type { WorkflowTable } from '../events-lib.js'

/** A guard, and the lanes that a package enters only past it. */
export interface WorkflowRule {
  readonly guard: string
  /** In the workflow's order; every lane for a guard on each move. */
  readonly lanes: readonly string[]
}

/** Lists the guards of a workflow with the lanes they protect, in the order in which a package meets them. */
export function workflowRules(table: WorkflowTable): WorkflowRule[] {
  const lanesOf = new Map<string, Set<string>>()
  const add = (guard: string, lane: string): void => {
    lanesOf.set(guard, (lanesOf.get(guard) ?? new Set()).add(lane))
  }
  for (const guard of table.conditions) for (const lane of table.lanes) add(guard, lane)
  for (const lane of table.lanes) {
    for (const guard of table.enters?.[lane] ?? []) add(guard, lane)
    for (const move of Object.values(table.moves).flat())
      if (move.to === lane)
        for (const guard of [...(move.requires ?? []), ...(move.always ?? [])]) add(guard, lane)
  }
  return [...lanesOf].map(([guard, lanes]) => ({ guard, lanes: [...lanes] }))
}
