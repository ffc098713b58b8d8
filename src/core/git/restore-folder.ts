import { join } from 'node:path'
import { statsIfThere } from '../files/stats-if-there.js'
import type { Workspace } from '../workspace/workspace.js'
import { askGitFields, askGitText, git } from './git.js'
import { isSparse } from './head.js'
import { makeFolder } from './shared-folder.js'
import { repoPath } from '../platform/paths.js'
import { ownName } from '../platform/own-name.js'
import { removeFile } from '../platform/remove-path.js'

type Folders = Pick<Workspace, 'root' | 'kittyDir' | 'privateDir'>

/**
 * Makes sure that git leaves nothing of `.kittify` out of the work tree on which kitty depends. A sparse checkout takes the
 * settings away and leaves the folder there, for the sake of the files that git ignores.
 * @returns false if there is no such folder, neither here nor in HEAD. @throws as `restoreKittyFolder`
 */
export function ensureKittyFolder(workspace: Folders & Pick<Workspace, 'configFile' | 'logGitDir'>): boolean {
  if (statsIfThere(workspace.kittyDir) === undefined) return restoreKittyFolder(workspace)
  if (isSparse(workspace) && areSettingsLeftOut(workspace)) restoreKittyFolder(workspace)
  return true
}

/** git-ls-files(1), `-t`: S is a file that git does not write. */
function areSettingsLeftOut({
  root,
  kittyDir,
  configFile,
}: Folders & Pick<Workspace, 'configFile'>): boolean {
  const missing = [configFile, join(kittyDir, '.gitignore')].filter(
    (path) => statsIfThere(path) === undefined,
  )
  if (missing.length === 0) return false
  const names = missing.map((path) => repoPath(root, path))
  return askGitFields(root, ['ls-files', '-t', '-z', '--', ...names]).some((entry) => entry.startsWith('S '))
}

/**
 * Writes `.kittify` as of HEAD to a work tree that lacks it. A sparse checkout omits the folder, and if kitty created a
 * file there without the rest, a commit would record it as the folder's only content. Overwrites nothing, and uses its
 * own index.
 * @returns false if HEAD has no such folder. @throws KittyError if git fails or cannot write.
 */
function restoreKittyFolder({ root, kittyDir, privateDir }: Folders): boolean {
  const folder = repoPath(root, kittyDir)
  const tree = askGitText(root, ['rev-parse', '--verify', '--quiet', `HEAD:./${folder}`])
  if (tree === undefined) return false
  makeFolder(privateDir)
  const env = { GIT_INDEX_FILE: join(privateDir, `restore-${ownName()}`) }
  try {
    const prefix = askGitText(root, ['rev-parse', '--show-prefix']) ?? ''
    // Use the path it has in the repository, so that its attributes apply.
    git(root, ['read-tree', `--prefix=${prefix}${folder}/`, tree], { env })
    const missing = git(root, ['ls-files', '--deleted', '-z'], { env })
    git(root, ['checkout-index', '-z', '--stdin'], { env, input: missing })
    return true
  } finally {
    removeFile(env.GIT_INDEX_FILE)
  }
}
