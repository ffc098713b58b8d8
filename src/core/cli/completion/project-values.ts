import { join } from 'node:path'
import { isOwn } from '../../files/private-file.js'
import { listInside } from '../../files/work-tree.js'
import { assertGitTrusts } from '../../git/git.js'
import { listFeatures } from '../../specs/features.js'
import { compareWorkPackages, workPackageIdOfFile } from '../../specs/work-package-id.js'
import { currentBranch } from '../../git/branch.js'
import { readConfig } from '../../workspace/config.js'
import { resolveFeature } from '../../workspace/feature.js'
import { findWorkspace } from '../../workspace/find-workspace.js'
import { archivedNames } from '../../workspace/archived-names.js'
import type { Workspace } from '../../workspace/workspace.js'
import type { ValueKind, Values } from './candidates.js'

interface Place {
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
}

/**
 * Values of this project, from folder and file names only. Does not read the log or catch up with it: pressing a key
 * must cost next to nothing and must not write.
 * @throws KittyError outside a workspace
 */
export function projectValues({ cwd, env }: Place): Values {
  let workspace: Workspace | undefined
  const here = (): Workspace => (workspace ??= trusted(findWorkspace(cwd, env)))
  const byKind: Readonly<Record<Exclude<ValueKind, 'file'>, (feature: string | undefined) => string[]>> = {
    feature: () => active(here()),
    lane: () => [...readConfig(here()).workflow.lanes],
    workPackage: (feature) => workPackages(here(), { cwd, env }, feature),
    move: (feature) => [...workPackages(here(), { cwd, env }, feature), ...readConfig(here()).workflow.lanes],
    contested: (feature) => [
      ...workPackages(here(), { cwd, env }, feature),
      ...(feature === undefined ? active(here()) : []),
    ],
  }
  return (kind, feature) => (kind === 'file' ? [] : byKind[kind](feature))
}

/** @throws KittyError UnsafeSetup for another user's repository that git refuses; git is asked about those alone */
function trusted(workspace: Workspace): Workspace {
  if (!isOwn(workspace.gitCommonDir)) assertGitTrusts(workspace.root)
  return workspace
}

/** Features that are not archived in this clone. */
function active({ specsDir, privateDir }: Workspace): string[] {
  const archived = archivedNames(privateDir)
  return listFeatures(specsDir).filter((slug) => !archived.has(slug))
}

/** Work packages of the feature in question, or of all features when nothing names one. */
function workPackages(workspace: Workspace, { cwd, env }: Place, flag: string | undefined): string[] {
  const { root, specsDir, worktree, gitDir } = workspace
  const features = listFeatures(specsDir)
  const ids = meant().flatMap((slug) =>
    listInside(root, join(specsDir, slug, 'tasks')).flatMap(({ name }) => workPackageIdOfFile(name) ?? []),
  )
  return [...new Set(ids)].sort(compareWorkPackages)

  function meant(): readonly string[] {
    try {
      return [resolveFeature({ flag, env, branch: currentBranch(gitDir), cwd, worktree, features })]
    } catch {
      return flag === undefined ? features : []
    }
  }
}
