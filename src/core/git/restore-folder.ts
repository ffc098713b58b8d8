import { mkdirSync, rmSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import type { Workspace } from '../workspace/workspace.js'
import { askGitText, git } from './git.js'

type Folders = Pick<Workspace, 'root' | 'kittyDir' | 'privateDir'>

/**
 * Writes `.kittify` as HEAD has it into a work tree that lacks it: a sparse checkout leaves it out, and a file that is
 * made there without the rest would be committed as all there is. Overwrites nothing, and works on an index of its
 * own.
 * @returns false where HEAD has none. @throws KittyError when git cannot be asked or cannot write.
 */
export function restoreKittyFolder({ root, kittyDir, privateDir }: Folders): boolean {
  const folder = relative(root, kittyDir).split(sep).join('/')
  const tree = askGitText(root, ['rev-parse', '--verify', '--quiet', `HEAD:./${folder}`])
  if (tree === undefined) return false
  mkdirSync(privateDir, { recursive: true })
  const env = { GIT_INDEX_FILE: join(privateDir, `restore-${process.pid}`) }
  try {
    const prefix = askGitText(root, ['rev-parse', '--show-prefix']) ?? ''
    // Under the path it has in the repository, so that its attributes hold.
    git(root, ['read-tree', `--prefix=${prefix}${folder}/`, tree], { env })
    git(root, ['checkout-index', '--all', '--quiet'], { env })
    return true
  } finally {
    rmSync(env.GIT_INDEX_FILE, { force: true })
  }
}
