/** The files that an import writes: folders for new features, and one file per new package. */
import { join } from 'node:path'
import { KittyError } from '../../errors/kitty-error.js'
import { withoutSecrets } from '../../errors/secrets.js'
import { removeLeftTemporaries } from '../../files/left-temporaries.js'
import { changeFile, type Rewrite } from '../../files/put-over.js'
import {
  assertPlaceForFolder,
  LIMITS,
  lookInside,
  makeFolderInside,
  putInside,
} from '../../files/work-tree.js'
import { featureDir } from '../../specs/feature-name.js'
import type { FileRead } from '../../files/read-plain.js'
import { repoPath } from '../../platform/paths.js'
import type { Definition } from '../../specs/definition.js'
import { packageFilesIn } from '../../specs/feature-folder.js'
import { readSpecFile } from '../../specs/read-spec-file.js'
import { readWorkPackage } from '../../specs/work-package-file.js'
import { isJson, type Json, parseJson } from '../../transfer/json.js'
import { packageFileText } from '../../transfer/package-file.js'
import { singleLine } from '../../transfer/text.js'
import type { PlannedPackage } from '../../transfer/plan-import.js'
import type { Workspace } from '../../workspace/workspace.js'
import type { WrittenFile } from '../definitions/own-writing.js'
import { textBelow } from '../definitions/package-text.js'
import type { ChosenTarget } from './import-targets.js'

type Place = Pick<Workspace, 'root' | 'specsDir'>

/** Takes note of files that were written, a portion at a time. */
export type NoteWritten = (files: readonly WrittenFile[]) => void

/** How many new files are in memory with their content. */
const FILES_AT_ONCE = 512

/**
 * IDs of the packages that have files in a feature's folder.
 * @throws KittyError for a folder that cannot be read: its packages would get the numbers of those that are there
 */
export function filePackages({ root, specsDir }: Place, slug: string): string[] {
  const dir = featureDir(specsDir, slug)
  return dir === undefined ? [] : packageFilesIn(root, join(dir, 'tasks')).map(({ id }) => id)
}

/** Refuses what writing the files would refuse, before there are events of packages without files. */
export function assertPlaces({ root, specsDir }: Place, targets: readonly ChosenTarget[]): void {
  for (const { slug, isGone } of targets)
    if (!isGone) assertPlaceForFolder(root, join(specsDir, slug, 'tasks'))
}

/**
 * The source that a feature's meta.json names for this format.
 * @throws KittyError DamagedData for a file that cannot be read: under another name every package would come again
 */
export function sourceInMeta(place: Place, slug: string, format: string): string | undefined {
  const dir = featureDir(place.specsDir, slug)
  if (dir === undefined) return undefined
  const read = readSpecFile(place.root, join(dir, 'meta.json'))
  if (!read.ok && !read.missing)
    throw new KittyError(
      'DamagedData',
      `${read.reason}. The source of an earlier import is not known without it.`,
      {
        nextSteps: ['Make it readable, or name the source with --source NAME.'],
      },
    )
  const imports = metaIn(read)?.['imports']
  const source = isJson(imports) ? imports[format] : undefined
  return typeof source === 'string' ? source : undefined
}

/**
 * Creates the feature's folder with spec.md and meta.json if it is new, and records the source in meta.json.
 * @throws KittyError as {@link changeFile}
 */
export function writeFeatureFiles(
  { root, specsDir }: Place,
  { feature, slug, source }: ChosenTarget,
  format: string,
  note: NoteWritten,
): void {
  const dir = join(specsDir, slug)
  const tasks = join(dir, 'tasks')
  makeFolderInside(root, tasks)
  // A killed import leaves them, and perhaps no other command will ever write here.
  for (const folder of [dir, tasks]) removeLeftTemporaries(root, folder)
  const changeNoted = (path: string, change: () => Rewrite | undefined): void => {
    let rewrite: Rewrite | undefined
    if (changeFile(root, path, () => (rewrite = change())) && rewrite !== undefined)
      note([{ file: repoPath(root, path), ...rewrite }])
  }
  const spec = join(dir, 'spec.md')
  changeNoted(spec, () => {
    if (lookInside(root, spec).state !== 'missing') return undefined
    const text = `# ${singleLine(feature.title) || slug}\n\nImported from ${format}: ${singleLine(source)}\n`
    return { before: undefined, after: Buffer.from(text) }
  })
  const meta = join(dir, 'meta.json')
  const fresh = {
    friendly_name: feature.title,
    mission_type: feature.mission ?? 'software-dev',
    slug,
    ...(feature.createdAt === null ? {} : { created_at: feature.createdAt }),
  }
  changeNoted(meta, () => {
    const read = readSpecFile(root, meta)
    const known = metaIn(read)
    // Leave an existing file that is not JSON unchanged. The keys in the log hold the same information.
    if (known === undefined && lookInside(root, meta).state !== 'missing') return undefined
    const imports = isJson(known?.['imports']) ? known['imports'] : {}
    if (imports[format] === source) return undefined
    const named = { ...(known ?? fresh), imports: { ...imports, [format]: source } }
    const after = Buffer.from(`${JSON.stringify(named, null, 2)}\n`)
    return { before: read.ok ? read.bytes : undefined, after }
  })
}

function metaIn(file: FileRead): Json | undefined {
  if (!file.ok) return undefined
  const parsed = parseJson(file.bytes.toString('utf8').replace(/^\uFEFF/, ''))
  return parsed.ok && isJson(parsed.value) ? parsed.value : undefined
}

/** A package's file as an import makes it. */
interface ImportedFile {
  readonly name: string
  readonly bytes: Buffer
  /** What is below the front matter. */
  readonly text: Buffer
  readonly hadSecret: boolean
}

/** The package's file; undefined if the import makes none. Text that looks like a secret is left out. */
export function importedFile(
  { work_package, item, itemId, fileName }: PlannedPackage,
  definition: Definition | null,
  format: string,
): ImportedFile | undefined {
  if (item === null || fileName === null || definition === null) return undefined
  const text = packageFileText({ workPackage: work_package, definition, format, itemId, item })
  const safe = withoutSecrets(text)
  const bytes = Buffer.from(safe)
  return { name: fileName, bytes, text: textBelow(bytes), hadSecret: safe !== text }
}

/** Why kitty could not read the file, in words. */
export async function fileFault({ name, bytes }: ImportedFile): Promise<string | undefined> {
  if (bytes.length > LIMITS.workPackage)
    return `${name} would be larger than ${LIMITS.workPackage / 1024} KiB`
  const read = await readWorkPackage(name, bytes)
  return read.ok ? undefined : read.reason
}

/** Why kitty could not read the files of new packages, in words, by feature and package. */
export async function fileFaults(
  packages: readonly PlannedPackage[],
  format: string,
): Promise<ReadonlyMap<string, string>> {
  const faults = new Map<string, string>()
  for (const one of packages) {
    const file = one.isNew ? importedFile(one, one.definition, format) : undefined
    if (file === undefined) continue
    const fault = await fileFault(file)
    if (fault !== undefined)
      faults.set(
        `${one.feature}/${one.work_package}`,
        `was not imported, since kitty could not read its file: ${fault}`,
      )
  }
  return faults
}

/**
 * Writes a file for every package that has none. Decides by the existing files, since an interrupted import leaves
 * events without files. Leaves out text that looks like a secret.
 * @param definitionOf what the log says about the package
 * @returns how many files were written, and which packages held a secret
 */
export function writePackageFiles(
  place: Place,
  packages: readonly PlannedPackage[],
  format: string,
  definitionOf: (planned: PlannedPackage) => Definition | null,
  note: NoteWritten,
): { readonly written: number; readonly secrets: readonly string[] } {
  const present = new Map<string, Set<string>>()
  const secrets: string[] = []
  let written = 0
  let fresh: WrittenFile[] = []
  for (const planned of packages) {
    const { feature, work_package, fileName } = planned
    if (fileName === null) continue
    let known = present.get(feature)
    if (known === undefined) present.set(feature, (known = new Set(filePackages(place, feature))))
    if (known.has(work_package)) continue
    const file = importedFile(planned, definitionOf(planned), format)
    if (file === undefined) continue
    if (file.hadSecret) secrets.push(`${feature}/${work_package}`)
    const path = join(place.specsDir, feature, 'tasks', file.name)
    putInside(place.root, path, file.bytes, 0o644, false)
    fresh.push({
      file: repoPath(place.root, path),
      before: undefined,
      after: file.bytes,
      imported: file.text,
    })
    known.add(work_package)
    written += 1
    if (fresh.length < FILES_AT_ONCE) continue
    note(fresh)
    fresh = []
  }
  note(fresh)
  return { written, secrets }
}
