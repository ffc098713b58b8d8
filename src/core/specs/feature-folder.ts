/** A feature's folder: what meta.json says about it, and the work packages in `tasks/`. */
import { dirname, join } from 'node:path'
import { wordsOfFeature } from './feature-name.js'
import { storageError } from '../files/storage-error.js'
import { type Look, lookInside, readableInside } from '../files/work-tree.js'
import type { Skipped } from './features.js'
import { passedOver } from './passed-over.js'
import { readSpecFile } from './read-spec-file.js'
import { readWorkPackageFile, type StatedWorkPackage } from './work-package-file.js'
import { compareWorkPackages, workPackageIdOfFile } from './work-package-id.js'

interface StatedFeature {
  readonly slug: string
  readonly dir: string
  readonly title: string
  readonly mission: string | null
  /** Why meta.json could not be used, or null. */
  readonly problem: string | null
}

type Tasks =
  | {
      readonly kind: 'tasks'
      readonly workPackages: readonly StatedWorkPackage[]
      /** Package files that cannot be read. */
      readonly unreadable: readonly Skipped[]
      /** Files that look like packages but are not read as such. */
      readonly skipped: readonly Skipped[]
    }
  | { readonly kind: 'no_tasks_folder'; readonly dir: string; readonly reason: string }

/** Reads title and mission from meta.json. There is always a title to show, if need be one made from the slug. */
export function readFeature(specsDir: string, slug: string): StatedFeature {
  const dir = join(specsDir, slug)
  const meta = readMeta(specsDir, join(dir, 'meta.json'))
  const title = firstText(meta.keys, ['title', 'friendly_name', 'name'])
  return {
    slug,
    dir,
    title: title ?? wordsOfFeature(slug),
    mission: firstText(meta.keys, ['mission', 'mission_type', 'mission_key']) ?? null,
    problem: meta.problem,
  }
}

/**
 * Reads every `WP*.md` in the feature's tasks folder, by ID. Gives a reason for each file that it cannot read or skips.
 */
export async function readTasks(featureDir: string): Promise<Tasks> {
  const dir = join(featureDir, 'tasks')
  const specsDir = dirname(featureDir)
  const reason = noFolder(specsDir, dir)
  if (reason !== undefined) return { kind: 'no_tasks_folder', dir, reason }
  const workPackages: StatedWorkPackage[] = []
  const unreadable: Skipped[] = []
  for (const { name } of packageFilesIn(specsDir, dir)) {
    const file = join(dir, name)
    const read = await readWorkPackageFile(file, specsDir)
    if (read.ok) workPackages.push(read.workPackage)
    else unreadable.push({ file, reason: read.reason })
  }
  return { kind: 'tasks', workPackages, unreadable, skipped: passedOver(specsDir, dir) }
}

interface PackageFile {
  readonly id: string
  readonly name: string
}

/**
 * The files in `dir`, below `root`, whose names are package names, by ID and then by name.
 * @param only the IDs to look for; all if omitted
 * @throws KittyError for a folder that cannot be read
 */
export function packageFilesIn(root: string, dir: string, only?: ReadonlySet<string>): PackageFile[] {
  return readableInside(root, dir)
    .flatMap(({ name }) => {
      const id = workPackageIdOfFile(name)
      return id === undefined || only?.has(id) === false ? [] : [{ id, name }]
    })
    .sort((a, b) => compareWorkPackages(a.id, b.id) || (a.name < b.name ? -1 : 1))
}

/**
 * Why there is no folder at `dir`, or undefined if there is one.
 * @throws KittyError if that cannot be found out
 */
export function noFolder(root: string, dir: string): string | undefined {
  let look: Look
  try {
    look = lookInside(root, dir)
  } catch (error) {
    throw storageError(error, dir, 'not readable')
  }
  if (look.state === 'folder') return undefined
  if (look.state === 'missing')
    return `${dir} does not exist: put one file a work package there, as in WP01-title.md`
  return look.state === 'in the way'
    ? `${look.path} is a ${look.type}: put a folder in its place`
    : `${dir} is not a folder: make it one`
}

interface Meta {
  readonly keys: Readonly<Record<string, unknown>>
  readonly problem: string | null
}

function readMeta(root: string, path: string): Meta {
  const file = readSpecFile(root, path)
  if (!file.ok) return { keys: {}, problem: file.missing ? null : file.reason }
  try {
    const value: unknown = JSON.parse(file.bytes.toString('utf8').replace(/^\uFEFF/, ''))
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return { keys: { ...value }, problem: null }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
  }
  return { keys: {}, problem: `${path} is not a JSON object: correct it, or delete it` }
}

function firstText(keys: Readonly<Record<string, unknown>>, names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = keys[name]
    if (typeof value === 'string' && value.trim() !== '') return value.trim()
  }
  return undefined
}
