import { KittyError } from '../errors/kitty-error.js'
import { sentence, shownCommand } from '../errors/next-step.js'
import type { WorkPackageState } from '../events-lib.js'
import type { EventStore } from '../store/event-store.js'

/**
 * Reads only this package, since others in its feature may have long histories.
 * @throws KittyError UnknownWorkPackage, naming the existing packages
 */
export async function knownWorkPackage(
  store: EventStore,
  feature: string,
  workPackage: string,
): Promise<WorkPackageState> {
  const state = await store.workPackage(feature, workPackage)
  if (state) return state
  const known = (await store.boardRows(feature)).map((row) => row.work_package_id)
  const steps = [
    ...(known.length === 0
      ? shownCommand(['kitty', 'new', 'What it does', '--feature', feature], 'make one')
      : [sentence`There are: ${known}`]),
    ...shownCommand(['kitty', 'sync', feature], 'if it has a file that is not in the log yet'),
  ]
  throw new KittyError('UnknownWorkPackage', `${feature} has no work package ${workPackage}.`, {
    nextSteps: steps,
    context: { feature_slug: feature, work_package: workPackage, known },
  })
}
