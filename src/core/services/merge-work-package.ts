import { DEFAULT_WORKFLOW } from '../events-lib.js'
import { readLane, setLane } from '../specs/front-matter.js'
import { readPlain } from '../files/read-plain.js'
import { LIMITS } from '../files/work-tree.js'
import { replaceFile } from '../files/replace-file.js'
import type { MergeVersions } from './merge-log.js'

const PACKAGE_FILE = /(?:^|\/)kitty-specs\/[^/]+\/tasks\/(?:[^/]+\/)*[^/]+\.md$/

/**
 * The merge driver of work-package files: makes three versions of one file agree on the `lane:` line, so that git,
 * which merges the rest right after, has nothing to ask about it. What no two sides contest is left to git.
 *
 * The log decides a package's lane, and git merges the log in the same breath, so that it cannot be asked here. Until
 * the next move writes the log's answer into the file, the lane furthest along counts: a rule that does not depend
 * on whose side is ours.
 * Any file but a package's is left alone: attributes are the repository's.
 * @throws KittyError when a version cannot be written; git then merges what is there.
 */
export function mergeWorkPackage({ base, ours, theirs, path }: MergeVersions): void {
  if (path !== undefined && !PACKAGE_FILE.test(path)) return
  const [our, their] = [laneIn(ours), laneIn(theirs)]
  if (our === undefined || their === undefined) return
  const lane = settled(laneIn(base), our, their)
  for (const path of [ours, base, theirs]) writeLane(path, lane)
}

/** Where one side alone moved it, its move; else the later lane of the two. */
function settled(base: string | undefined, ours: string, theirs: string): string {
  if (ours === base) return theirs
  if (theirs === base) return ours
  return compareLanes(ours, theirs) < 0 ? theirs : ours
}

/** Lanes that the default workflow does not have come before those it has, by name. */
function compareLanes(a: string, b: string): number {
  const { lanes } = DEFAULT_WORKFLOW
  return lanes.indexOf(a) - lanes.indexOf(b) || (a < b ? -1 : 1)
}

function laneIn(path: string): string | undefined {
  const file = readPlain(path, LIMITS.workPackage)
  return file.ok ? readLane(file.bytes) : undefined
}

function writeLane(path: string, lane: string): void {
  const file = readPlain(path, LIMITS.workPackage)
  if (!file.ok) return
  const change = setLane(file.bytes, lane)
  if (change.ok && change.changed) replaceFile(path, change.bytes)
}
