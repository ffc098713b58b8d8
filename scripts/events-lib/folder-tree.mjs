import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { git } from './git.mjs'

/**
 * Git's tree hash of a folder as it is on disk, without ignored files. Computed in a temporary repository with its own
 * index and objects: this neither reads nor changes the user's, and works for a copy without `.git`.
 * @param {string} root top of the checkout
 * @param {string} path folder below it
 * @returns {string | undefined} undefined when the folder is missing or empty
 */
export function treeOfFolder(root, path) {
  if (!existsSync(join(root, path))) return undefined
  const scratch = mkdtempSync(join(tmpdir(), 'kitty-events-tree-'))
  try {
    const env = { GIT_DIR: join(scratch, 'git'), GIT_WORK_TREE: root, GIT_INDEX_FILE: join(scratch, 'index') }
    git(scratch, ['init', '--quiet', '--bare', env.GIT_DIR])
    git(root, ['add', '--all', '--', path], env)
    const entries = git(root, ['ls-files', '--', path], env)
    return entries === '' ? undefined : git(root, ['write-tree', `--prefix=${path}/`], env)
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}
