/** The files that an import writes: folders for new features, and one file per new package. */
import { join } from 'node:path'
import { withoutSecrets } from '../errors/secrets.js'
import { listInside, lookInside, makeFolderInside, putInside } from '../files/work-tree.js'
import { featureDir } from '../specs/feature-name.js'
import { readSpecFile } from '../specs/read-spec-file.js'
import { workPackageIdOfFile } from '../specs/work-package-id.js'
import { isJson, type Json, parseJson } from '../transfer/json.js'
import { packageFileText } from '../transfer/package-file.js'
import type { PlannedPackage } from '../transfer/plan-import.js'
import type { Workspace } from '../workspace/workspace.js'
import type { ChosenTarget } from './import-targets.js'

type Place = Pick<Workspace, 'root' | 'specsDir'>

/** IDs of the packages that have files in a feature's folder. */
export function filePackages({ root, specsDir }: Place, slug: string): string[] {
  const dir = featureDir(specsDir, slug)
  return dir === undefined
    ? []
    : listInside(root, join(dir, 'tasks')).flatMap(({ name }) => workPackageIdOfFile(name) ?? [])
}

/** The source that a feature's meta.json names for this format. */
export function sourceInMeta(place: Place, slug: string, format: string): string | undefined {
  const dir = featureDir(place.specsDir, slug)
  const imports = dir === undefined ? undefined : readMeta(place.root, join(dir, 'meta.json'))?.['imports']
  const source = isJson(imports) ? imports[format] : undefined
  return typeof source === 'string' ? source : undefined
}

/**
 * Creates the feature's folder with spec.md and meta.json if it is new, and records the source in meta.json.
 * @throws KittyError as {@link putInside}
 */
export function writeFeatureFiles(
  { root, specsDir }: Place,
  { feature, slug, source }: ChosenTarget,
  format: string,
): void {
  const dir = join(specsDir, slug)
  makeFolderInside(root, join(dir, 'tasks'))
  const spec = join(dir, 'spec.md')
  if (lookInside(root, spec).state === 'missing')
    putInside(root, spec, Buffer.from(`# ${feature.title}\n\nImported from ${format}: ${source}\n`))
  const path = join(dir, 'meta.json')
  const known = readMeta(root, path)
  // Leave an existing file that is not JSON unchanged. The keys in the log hold the same information.
  if (known === undefined && lookInside(root, path).state !== 'missing') return
  const imports = isJson(known?.['imports']) ? known['imports'] : {}
  if (imports[format] === source) return
  const fresh = {
    friendly_name: feature.title,
    mission_type: feature.mission ?? 'software-dev',
    slug,
    ...(feature.createdAt === null ? {} : { created_at: feature.createdAt }),
  }
  const meta = { ...(known ?? fresh), imports: { ...imports, [format]: source } }
  putInside(root, path, Buffer.from(`${JSON.stringify(meta, null, 2)}\n`))
}

function readMeta(root: string, path: string): Json | undefined {
  const file = readSpecFile(root, path)
  if (!file.ok) return undefined
  const parsed = parseJson(file.bytes.toString('utf8').replace(/^\uFEFF/, ''))
  return parsed.ok && isJson(parsed.value) ? parsed.value : undefined
}

/**
 * Writes a file for every package that has none. Decides by the existing files, since an interrupted import leaves
 * events without files. Leaves out text that looks like a secret.
 * @returns how many files were written, and which packages held a secret
 */
export function writePackageFiles(
  place: Place,
  packages: readonly PlannedPackage[],
  format: string,
): { readonly written: number; readonly secrets: readonly string[] } {
  const present = new Map<string, Set<string>>()
  const secrets: string[] = []
  let written = 0
  for (const { feature, work_package, item, itemId, dependencies, fileName } of packages) {
    if (item === null || fileName === null) continue
    let known = present.get(feature)
    if (known === undefined) present.set(feature, (known = new Set(filePackages(place, feature))))
    if (known.has(work_package)) continue
    const title = item.title
    const text = packageFileText({ workPackage: work_package, title, format, itemId, dependencies, item })
    const safe = withoutSecrets(text)
    if (safe !== text) secrets.push(`${feature}/${work_package}`)
    putInside(place.root, join(place.specsDir, feature, 'tasks', fileName), Buffer.from(safe), 0o644, false)
    known.add(work_package)
    written += 1
  }
  return { written, secrets }
}
