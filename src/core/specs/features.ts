/** The folders under kitty-specs: which ones are features, and why the others are not. */
import { basename, dirname, join } from 'node:path'
import { systemCode } from '../errors/kitty-error.js'
import { listInside, lookInside } from '../files/work-tree.js'
import { compareFeatures, featureDir, featureName } from './feature-name.js'

/** Something that exists but is not read. */
export interface Skipped {
  /** Absolute. */
  readonly file: string
  readonly reason: string
}

interface Features {
  /** Names, sorted by number, then by name. */
  readonly features: readonly string[]
  readonly skipped: readonly Skipped[]
}

/** Examines every folder in `specsDir`. Finds none if `specsDir` does not exist. */
export function lookAtFeatures(specsDir: string): Features {
  const folders = listInside(dirname(specsDir), specsDir).filter(
    (entry) => entry.isDirectory() || entry.isSymbolicLink(),
  )
  const names = folders.map((entry) => entry.name).filter((name) => !name.startsWith('.'))
  const links = new Set(folders.filter((entry) => entry.isSymbolicLink()).map((entry) => entry.name))
  const twins = twinsIn(names)
  const features: string[] = []
  const skipped: Skipped[] = []
  for (const name of names.sort(compareFeatures)) {
    const reason = links.has(name)
      ? linkReason(join(specsDir, name))
      : featureName(name) === undefined
        ? 'its name is no feature’s: rename it, as in 017-user-login or user-login-01KW6N8W'
        : twinReason(twins.get(name))
    if (reason === undefined) features.push(name)
    else if (reason !== null) skipped.push({ file: join(specsDir, name), reason })
  }
  return { features, skipped }
}

/** The names of the features in `specsDir`, by number, then by name. */
export function listFeatures(specsDir: string): string[] {
  return [...lookAtFeatures(specsDir).features]
}

/** True if `slug` names a folder in `specsDir` that is a feature. */
export function isFeature(specsDir: string, slug: string): boolean {
  const dir = featureDir(specsDir, slug)
  if (dir === undefined) return false
  try {
    if (lookInside(dirname(specsDir), dir).state !== 'folder') return false
  } catch (error) {
    if (systemCode(error) === undefined) throw error
    return false
  }
  // Only a name that ends like the start of a ULID can differ from another in case only.
  if (!/-[0-7][0-9a-z]{7}$/i.test(slug)) return true
  const names = listInside(dirname(specsDir), specsDir).map((entry) => entry.name)
  return names.includes(slug) && !twinsIn(names).has(slug)
}

/** Each name that differs from another only in case, with that other: some file systems have one folder for both. */
function twinsIn(names: readonly string[]): ReadonlyMap<string, string> {
  const first = new Map<string, string>()
  const twins = new Map<string, string>()
  for (const name of names) {
    const letters = name.toLowerCase()
    const other = first.get(letters)
    if (other === undefined) {
      first.set(letters, name)
      continue
    }
    twins.set(name, other)
    if (!twins.has(other)) twins.set(other, name)
  }
  return twins
}

function twinReason(twin: string | undefined): string | undefined {
  return twin === undefined
    ? undefined
    : `twice: its name differs from ${twin} only in case; rename one of them`
}

/** Returns null for a link whose name does not look like a feature's. */
function linkReason(path: string): string | null {
  return featureName(basename(path)) === undefined
    ? null
    : 'it is a symbolic link: put the folder itself in its place'
}
