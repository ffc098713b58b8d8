import { EventsLibFailure } from './failure.mjs'
import { treeOfFolder } from './folder-tree.mjs'
import { hasCommit, tryGit } from './git.mjs'
import { assertHolds } from './own-objects.mjs'

/**
 * Checks that the library in this checkout is the pinned one, and that the pinned commit contains it.
 * @param {string} root @param {import('./pin.mjs').Pin} pin
 * @returns {string[]} the findings, one per line @throws EventsLibFailure naming what to run
 */
export function verify(root, pin) {
  const found = treeOfFolder(root, pin.path)
  if (found !== pin.tree) throw drifted(pin, found)
  const same = `${pin.path} is the pinned one: tree ${pin.tree}`
  if (hasCommit(root, pin.commit)) {
    assertHolds(root, pin)
    return [same, `commit ${pin.commit} holds it`]
  }
  const shallow = tryGit(root, ['rev-parse', '--is-shallow-repository'])
  if (!shallow.ok) return [same, `not checked that commit ${pin.commit} holds it: this is no git checkout`]
  if (shallow.stdout === 'true')
    return [same, `not checked that commit ${pin.commit} holds it: this clone is shallow`]
  throw new EventsLibFailure(
    `The pinned commit ${pin.commit} is not in this repository: it was rewritten, or never pushed.`,
    [
      'npm run events-lib -- pin   # names the latest commit that has the library as it is here',
      "git commit -m 'Move the events library pin' package.json",
    ],
  )
}

function drifted({ path, commit, tree }, found) {
  const what = found === undefined ? 'is not there' : `has the tree ${found}`
  return new EventsLibFailure(
    `${path} has drifted from the pin: it ${what}, the pin (${commit.slice(0, 7)}) says ${tree}.`,
    [
      `meant? commit it, then: npm run events-lib -- pin   # and commit package.json`,
      `not meant? git diff ${commit.slice(0, 7)} -- ${path}, then: git checkout ${commit} -- ${path}`,
    ],
  )
}
