import type { WorkPackageState } from '../../events-lib.js'
import { readLane, setLane } from '../../specs/front-matter.js'
import { otherTicks, withTicksOf } from '../../specs/subtask-boxes.js'
import { workPackageIdOfFile } from '../../specs/work-package-id.js'

/** A feature's packages by ID, as the log has them. */
export type FeatureStates = ReadonlyMap<string, Pick<WorkPackageState, 'lane' | 'subtasks'>>

/** What of a file below kitty-specs kitty rewrites when the log changes. */
export interface Repeated {
  readonly hasLane: boolean
  readonly hasBoxes: boolean
  /** The package of which it is the file. */
  readonly workPackage: string | undefined
}

/** @param file its path, with slashes: `…/FEATURE/tasks/WP01-title.md`, `…/FEATURE/tasks.md` */
export function repeatedIn(file: string): Repeated {
  const [name = '', folder] = file.split('/').reverse()
  const workPackage = folder === 'tasks' ? workPackageIdOfFile(name) : undefined
  const isPackage = workPackage !== undefined
  return { hasLane: isPackage, hasBoxes: isPackage || name === 'tasks.md', workPackage }
}

/**
 * True if every tick and the lane in which a file differs from an earlier content are as the log has them. A person may
 * have ticked the other ones.
 * @param before empty if there was no file
 * @param states the packages of the file's feature
 */
export function agreesWithLog(file: string, before: Buffer, now: Buffer, states: FeatureStates): boolean {
  const { hasLane, hasBoxes, workPackage } = repeatedIn(file)
  const [had, lane] = [readLane(before), readLane(now)]
  const logged = states.get(workPackage ?? '')
  if (hasLane && lane !== had && lane !== logged?.lane) return false
  if (!hasBoxes) return true
  return otherTicks(now, before).every(({ id, owner, done }) => {
    const of = workPackage ?? owner
    const asked = of === undefined ? [...states.values()] : [states.get(of)]
    return asked.some((state) => state?.subtasks.some((one) => one.id === id && one.done === done) === true)
  })
}

/** True if one content becomes the other, byte for byte, when kitty sets its lane and its ticks. */
export function differsInRepeatedOnly(file: string, before: Buffer, now: Buffer): boolean {
  const { hasLane, hasBoxes } = repeatedIn(file)
  const lane = hasLane ? readLane(now) : undefined
  const set = lane === undefined ? undefined : setLane(before, lane)
  const moved = set?.ok === true ? set.bytes : before
  return (hasBoxes ? withTicksOf(moved, now) : moved).equals(now)
}
