import { KittyError } from '../errors/kitty-error.js'
import type { WorkPackageState } from '../events-lib.js'

/** @throws KittyError UnknownWorkPackage, naming those there are. */
export function knownWorkPackage(
  states: ReadonlyMap<string, WorkPackageState>,
  feature: string,
  workPackage: string,
): WorkPackageState {
  const state = states.get(workPackage)
  if (state) return state
  const known = [...states.keys()]
  const steps =
    known.length === 0
      ? `kitty agent feature finalize-tasks --feature ${feature}`
      : `There are: ${known.join(', ')}`
  throw new KittyError('UnknownWorkPackage', `${feature} has no work package ${workPackage}.`, {
    nextSteps: [steps],
    context: { feature_slug: feature, work_package: workPackage, known },
  })
}
