import { EventsLibFailure } from './failure.mjs'
import { treeOfFolder } from './folder-tree.mjs'
import { git, hasCommit, treeAt } from './git.mjs'
import { isFullHash, readPin, writePin } from './pin.mjs'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Moves the pin to a commit; by default, to the last commit that changed the library.
 * @param {string} root @param {string | undefined} commit 40 hex digits @returns {import('./pin.mjs').Pin}
 */
export function movePin(root, commit) {
  const before = pinOrDefault(root)
  const chosen = commit ?? latest(root, before.path)
  if (!isFullHash(chosen))
    throw new EventsLibFailure(
      `${JSON.stringify(chosen)} is no full commit hash: a branch or a short hash would come to mean something else.`,
      [`npm run events-lib -- pin $(git rev-parse ${/^[\w./-]+$/.test(chosen) ? chosen : 'HEAD'})`],
    )
  if (!hasCommit(root, chosen))
    throw new EventsLibFailure(`Commit ${chosen} is not in this repository.`, [
      'git fetch',
      'git log -- ' + before.path,
    ])
  const tree = treeAt(root, chosen, before.path)
  if (tree === undefined)
    throw new EventsLibFailure(`Commit ${chosen} has no ${before.path}.`, [`git log -- ${before.path}`])
  const pin = { ...before, commit: chosen, tree }
  writePin(root, pin)
  return pin
}

/** The commit that introduced the current state of the library: it stays an ancestor of every later commit. */
function latest(root, path) {
  const here = treeOfFolder(root, path)
  if (here !== treeAt(root, 'HEAD', path))
    throw new EventsLibFailure(`${path} has changes that are in no commit yet, and a pin names a commit.`, [
      `git add ${path} && git commit`,
      'npm run events-lib -- pin',
    ])
  return git(root, ['log', '-1', '--format=%H', 'HEAD', '--', path])
}

/** Tolerates a broken pin, since this command repairs it; only the library's location must be known. */
function pinOrDefault(root) {
  const { eventsLib } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const candidate = { ...eventsLib, commit: '0'.repeat(40), tree: '0'.repeat(40) }
  writeable(root, candidate)
  return candidate
}

function writeable(root, candidate) {
  if (typeof candidate.repository === 'string' && typeof candidate.path === 'string') return
  // Throws an error that names the missing key and the full form.
  readPin(root)
}
