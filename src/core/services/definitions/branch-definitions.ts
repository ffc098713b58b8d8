import { inject, injectable } from 'inversify'
import { streamBlobs } from '../../git/blob-stream.js'
import { type ChangedFile, filesOfBranch } from '../../git/changed-files.js'
import { LIMITS } from '../../files/work-tree.js'
import { repoPath } from '../../platform/paths.js'
import { differences } from '../../specs/definition.js'
import { readLane, setLane } from '../../specs/front-matter.js'
import { readWorkPackage } from '../../specs/work-package-file.js'
import { Workspace } from '../../workspace/workspace.js'
import { changeText } from './change-text.js'

/** A package's file that a branch adds, changes or removes. Its lane does not count: the log decides it. */
export interface BranchDefinition {
  readonly file: string
  /** Null if neither version can be read. */
  readonly work_package: string | null
  readonly change: 'added' | 'changed' | 'removed'
  /** What changes, such as `title "Old" → "New"`; `text` for the rest of the file; or why it cannot be read. */
  readonly what: string
}

type Version =
  | { readonly state: 'none' }
  | { readonly state: 'unread'; readonly reason: string }
  | { readonly state: 'read'; readonly bytes: Buffer }

/** A Markdown file anywhere under the `tasks` folder of a feature. */
function isPackageFile(path: string, specs: string): boolean {
  return path.slice(specs.length).split('/')[1] === 'tasks' && path.endsWith('.md')
}

/** The definitions that a branch's files change, read from git's objects. */
@injectable()
export class BranchDefinitions {
  constructor(@inject(Workspace) private readonly workspace: Workspace) {}

  /** @throws as `git` */
  async between(ours: string, branch: string): Promise<BranchDefinition[]> {
    const { root, specsDir } = this.workspace
    const specs = `${repoPath(root, specsDir)}/`
    const files = filesOfBranch(root, ours, branch, specs)
    const packages = files.filter(({ path }) => isPackageFile(path, specs))
    const versions = await readVersions(root, packages)
    const found: BranchDefinition[] = []
    for (const { path, before, after } of packages) {
      const change = await changeOf(path, versions(before), versions(after))
      if (change !== undefined) found.push(change)
    }
    return found
  }
}

/** Reads every version within the limit of a package's file. */
async function readVersions(
  root: string,
  files: readonly ChangedFile[],
): Promise<(id: string | undefined) => Version> {
  const ids = [...new Set(files.flatMap(({ before, after }) => [before ?? [], after ?? []].flat()))]
  const read = new Map<string, Version>()
  let parts: Buffer[] = []
  for await (const { at, size, bytes, isLast } of streamBlobs(root, ids)) {
    const isTooLarge = size > LIMITS.workPackage
    if (!isTooLarge) parts.push(bytes)
    if (!isLast) continue
    const reason = `${size} bytes, at most ${LIMITS.workPackage} are read`
    read.set(
      ids[at] ?? '',
      isTooLarge ? { state: 'unread', reason } : { state: 'read', bytes: Buffer.concat(parts) },
    )
    parts = []
  }
  return (id) => (id === undefined ? undefined : read.get(id)) ?? { state: 'none' }
}

async function changeOf(
  file: string,
  before: Version,
  after: Version,
): Promise<BranchDefinition | undefined> {
  const [old, now] = [await definitionOf(file, before), await definitionOf(file, after)]
  const work_package = now.id ?? old.id ?? null
  const change = before.state === 'none' ? 'added' : after.state === 'none' ? 'removed' : 'changed'
  const said = (what: string): BranchDefinition => ({ file, work_package, change, what })
  if (now.reason !== undefined) return said(now.reason)
  if (change !== 'changed') return said(JSON.stringify((now.definition ?? old.definition)?.title ?? ''))
  if (now.definition === undefined || old.definition === undefined) return said('text')
  const differing = differences(now.definition, old.definition)
  if (differing.length > 0) return said(changeText({ differences: differing, resolves: [] }))
  return sameButLane(before, after) ? undefined : said('text')
}

async function definitionOf(
  file: string,
  version: Version,
): Promise<{ id?: string; definition?: Parameters<typeof differences>[0]; reason?: string }> {
  if (version.state === 'none') return {}
  if (version.state === 'unread') return { reason: `not read: ${version.reason}` }
  const read = await readWorkPackage(file, version.bytes)
  if (!read.ok) return { reason: `not read: ${read.reason}` }
  return { id: read.workPackage.work_package_id, definition: read.workPackage }
}

function sameButLane(before: Version, after: Version): boolean {
  if (before.state !== 'read' || after.state !== 'read') return false
  const lane = readLane(before.bytes)
  const change = lane === undefined ? undefined : setLane(after.bytes, lane)
  return (change?.ok === true && change.changed ? change.bytes : after.bytes).equals(before.bytes)
}
