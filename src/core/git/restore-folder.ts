import { join } from 'node:path'
import type { Workspace } from '../workspace/workspace.js'
import { askGitText, git } from './git.js'
import { makeFolder } from './shared-folder.js'
import { repoPath } from '../platform/paths.js'
import { ownName } from '../platform/own-name.js'
import { removeFile } from '../platform/remove-path.js'

type Folders = Pick<Workspace, 'root' | 'kittyDir' | 'privateDir'>

/**
 * Writes `.kittify` as of HEAD to a work tree that lacks it. A sparse checkout omits the folder, and if kitty created a
 * file there without the rest, a commit would record it as the folder's only content. Overwrites nothing, and uses its
 * own index.
 * @returns false if HEAD has no such folder. @throws KittyError if git fails or cannot write.
 */
export function restoreKittyFolder({ root, kittyDir, privateDir }: Folders): boolean {
  const folder = repoPath(root, kittyDir)
  const tree = askGitText(root, ['rev-parse', '--verify', '--quiet', `HEAD:./${folder}`])
  if (tree === undefined) return false
  makeFolder(privateDir)
  const env = { GIT_INDEX_FILE: join(privateDir, `restore-${ownName()}`) }
  try {
    const prefix = askGitText(root, ['rev-parse', '--show-prefix']) ?? ''
    // Use the path it has in the repository, so that its attributes apply.
    git(root, ['read-tree', `--prefix=${prefix}${folder}/`, tree], { env })
    git(root, ['checkout-index', '--all', '--quiet'], { env })
    return true
  } finally {
    removeFile(env.GIT_INDEX_FILE)
  }
}
