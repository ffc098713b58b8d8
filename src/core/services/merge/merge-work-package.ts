import { DEFAULT_WORKFLOW } from '../../events-lib.js'
import { readLane, setLane } from '../../specs/front-matter.js'
import { readPlain } from '../../files/read-plain.js'
import { LIMITS } from '../../files/work-tree.js'
import { replaceFile } from '../../files/replace-file.js'
import type { MergeVersions } from './merge-log.js'

const PACKAGE_FOLDER = /(?:^|\/)kitty-specs\/[^/]+\/tasks\//
const MARKDOWN_FILE = /[^/]\.md$/

/**
 * The merge driver of work-package files. Makes three versions of one file agree on the `lane:` line, so that git,
 * which merges the rest right after, finds no conflict there. Git merges everything else.
 *
 * The log decides a package's lane, but git merges the log in the same run, so the driver cannot consult it. Until the
 * next move writes the log's answer into the file, the lane that is furthest along counts: a rule that does not depend
 * on which side is ours. Does not change other files, since attributes belong to the repository.
 * @throws KittyError if a version cannot be written; git then merges what is there
 */
export function mergeWorkPackage({ base, ours, theirs, path }: MergeVersions): void {
  if (path !== undefined && !(PACKAGE_FOLDER.test(path) && MARKDOWN_FILE.test(path))) return
  const [our, their] = [laneIn(ours), laneIn(theirs)]
  if (our === undefined || their === undefined) return
  const lane = settled(laneIn(base), our, their)
  for (const path of [ours, base, theirs]) writeLane(path, lane)
}

/** If only one side moved the package, that side's lane; otherwise the later of the two lanes. */
function settled(base: string | undefined, ours: string, theirs: string): string {
  if (ours === base) return theirs
  if (theirs === base) return ours
  return compareLanes(ours, theirs) < 0 ? theirs : ours
}

/** Lanes that the default workflow lacks come before its own, sorted by name. */
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
