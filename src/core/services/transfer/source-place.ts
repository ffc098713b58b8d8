/** Where the files of an import are, seen from this repository. */
import { join, resolve } from 'node:path'
import { type Collected, realPath } from '../../files/source-files.js'
import { workTreesAround } from '../../git/checkout.js'
import { pathInside } from '../../platform/paths.js'
import type { Workspace } from '../../workspace/workspace.js'

/** The file, or the folder of several, as a path. */
export function placeOf({ folder, files }: Pick<Collected, 'folder' | 'files'>): string {
  const [only] = files
  return files.length === 1 && only !== undefined
    ? resolve(folder, only.path.split('/').at(-1) ?? '')
    : folder
}

/** The place's path in the checkout that the command runs in; `.` for its root. Undefined outside of this repository. */
export function pathInCheckout(
  { worktree, root }: Pick<Workspace, 'worktree' | 'root'>,
  place: string,
): string | undefined {
  const path = pathBelow(worktree, place) ?? pathBelow(root, place)
  return path === '' ? '.' : path
}

/** True for kitty-specs of any checkout of this repository: an agent imports from the worktree that it works in. */
export function isInOwnSpecs(
  { root, specsDir }: Pick<Workspace, 'root' | 'specsDir'>,
  folder: string,
): boolean {
  const [checkout = folder, primary] = workTreesAround(realPath(folder) ?? folder)
  const [own = root, ownPrimary] = workTreesAround(realPath(root) ?? root)
  const specs = pathBelow(own, specsDir)
  return (
    specs !== undefined && primary === ownPrimary && pathBelow(join(checkout, specs), folder) !== undefined
  )
}

function pathBelow(root: string, path: string): string | undefined {
  const [from, to] = [realPath(root) ?? root, realPath(path) ?? path]
  return pathInside(from, to)
}
