/** The features under kitty-specs: their folders, what meta.json says of each, and the work packages in `tasks/`. */
import { lstatSync, readdirSync, realpathSync } from 'node:fs'
import { join, sep } from 'node:path'
import { systemCode } from '../errors/kitty-error.js'
import { readSpecFile } from './read-spec-file.js'
import { readWorkPackageFile, type StatedWorkPackage } from './work-package-file.js'
import { workPackageIdOfFile } from './work-package-id.js'

interface StatedFeature {
  readonly slug: string
  readonly dir: string
  readonly title: string
  readonly mission: string | null
  /** Why meta.json could not be used, or null. */
  readonly problem: string | null
}

export interface SkippedFile {
  readonly file: string
  readonly reason: string
}

type Tasks =
  | {
      readonly kind: 'tasks'
      readonly workPackages: readonly StatedWorkPackage[]
      readonly skipped: readonly SkippedFile[]
    }
  | { readonly kind: 'no_tasks_folder'; readonly dir: string; readonly reason: string }

const SLUG = /^\d{3,9}-[a-z0-9-]{1,96}$/

/** Whether it is the slug of a folder in `specsDir`. */
export function isFeature(specsDir: string, slug: string): boolean {
  try {
    return SLUG.test(slug) && lstatSync(join(specsDir, slug)).isDirectory()
  } catch (error) {
    if (systemCode(error) === undefined) throw error
    return false
  }
}

/** The slugs (`NNN-name`) of the folders in `specsDir`, by number, then by name; none when it does not exist. */
export function listFeatures(specsDir: string): string[] {
  return folderEntries(specsDir)
    .filter((entry) => entry.isDirectory() && SLUG.test(entry.name))
    .map((entry) => entry.name)
    .sort((a, b) => numberOf(a) - numberOf(b) || (a < b ? -1 : 1))
}

/** Title and mission as meta.json states them; a title can always be shown, made from the slug at worst. */
export function readFeature(specsDir: string, slug: string): StatedFeature {
  const dir = join(specsDir, slug)
  const meta = readMeta(join(dir, 'meta.json'))
  const title = firstText(meta.keys, ['title', 'friendly_name', 'name'])
  return {
    slug,
    dir,
    title: title ?? slug.replace(/^\d+-/, '').replaceAll('-', ' '),
    mission: firstText(meta.keys, ['mission', 'mission_type', 'mission_key']) ?? null,
    problem: meta.problem,
  }
}

/** Every `WP*.md` of the feature's tasks folder, by name; what cannot be read is listed with its reason. */
export async function readTasks(featureDir: string): Promise<Tasks> {
  const dir = join(featureDir, 'tasks')
  const outside = leavesFolder(featureDir, dir)
  if (outside !== undefined) return { kind: 'no_tasks_folder', dir, reason: outside }
  const names = folderEntries(dir)
    .map((entry) => entry.name)
    .filter((name) => workPackageIdOfFile(name) !== undefined)
    .sort()
  const workPackages: StatedWorkPackage[] = []
  const skipped: SkippedFile[] = []
  for (const name of names) {
    const file = join(dir, name)
    const read = await readWorkPackageFile(file)
    if (read.ok) workPackages.push(read.workPackage)
    else skipped.push({ file, reason: read.reason })
  }
  return { kind: 'tasks', workPackages, skipped }
}

/** Why `dir` is not a folder inside `featureDir`, or undefined when it is. */
function leavesFolder(featureDir: string, dir: string): string | undefined {
  try {
    if (!lstatSync(dir).isDirectory() && !lstatSync(dir).isSymbolicLink())
      return `${dir} is not a folder: make it one`
    const inside = realpathSync(dir).startsWith(realpathSync(featureDir) + sep)
    return inside ? undefined : `${dir} is a link that leaves the feature's folder: put a folder in its place`
  } catch (error) {
    const code = systemCode(error)
    if (code === 'ENOENT')
      return `${dir} does not exist: put one file a work package there, as in WP01-title.md`
    if (code !== undefined) return `${dir} cannot be read (${code}): check its permissions`
    throw error
  }
}

function folderEntries(dir: string) {
  try {
    return readdirSync(dir, { withFileTypes: true })
  } catch (error) {
    if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR') return []
    throw error
  }
}

interface Meta {
  readonly keys: Readonly<Record<string, unknown>>
  readonly problem: string | null
}

function readMeta(path: string): Meta {
  const file = readSpecFile(path)
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

function numberOf(slug: string): number {
  return Number.parseInt(slug, 10)
}
