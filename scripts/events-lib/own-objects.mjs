import { mkdirSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { EventsLibFailure } from './failure.mjs'
import { git, hasCommit, treeAt } from './git.mjs'
import { treeOfFolder } from './folder-tree.mjs'

/**
 * Extracts the pinned folder from a repository that has the pinned commit into `into`/`pin.path`.
 * @param {string} repository @param {import('./pin.mjs').Pin} pin @param {string} into
 * @returns {boolean} false when the commit is missing
 * @throws EventsLibFailure when the commit's content differs from the pin
 */
export function checkOut(repository, pin, into) {
  if (!hasCommit(repository, pin.commit)) return false
  assertHolds(repository, pin)
  const index = join(into, '.index')
  mkdirSync(dirname(index), { recursive: true })
  const env = {
    GIT_DIR: git(repository, ['rev-parse', '--absolute-git-dir']),
    GIT_WORK_TREE: into,
    GIT_INDEX_FILE: index,
  }
  git(into, ['read-tree', `--prefix=${pin.path}/`, pin.tree], env)
  git(into, ['-c', 'core.bare=false', '-c', 'core.autocrlf=false', 'checkout-index', '--all', '--force'], env)
  rmSync(index)
  const found = treeOfFolder(into, pin.path)
  if (found !== pin.tree) throw forged(pin, found)
  return true
}

/** @throws EventsLibFailure unless the commit has the pinned tree at the pinned path */
export function assertHolds(repository, pin) {
  const found = treeAt(repository, pin.commit, pin.path)
  if (found !== pin.tree) throw forged(pin, found)
}

function forged({ commit, path, tree }, found) {
  return new EventsLibFailure(
    `The pin does not agree with itself: at commit ${commit}, ${path} ${found === undefined ? 'is not there' : `has the tree ${found}`}, not ${tree}. Nothing was installed.`,
    [
      'find out who changed eventsLib in package.json: git log -p -- package.json',
      'npm run events-lib -- pin <commit>   # writes commit and tree together',
    ],
  )
}
