import { EventsLibFailure } from './failure.mjs'
import { treeOfFolder } from './folder-tree.mjs'
import { isLinked, isTaken, useCopy, useFolder } from './installed.mjs'
import { checkOut } from './own-objects.mjs'
import { fetchOverSsh } from './over-ssh.mjs'

/**
 * @typedef {object} Resolved
 * @property {'linked' | 'folder' | 'objects' | 'ssh' | 'kept'} from
 * @property {boolean} modified true when it differs from the pin
 */

/**
 * Installs the pinned library: this checkout's folder if it has the pinned tree, else the pinned commit from this
 * repository's own objects, else over SSH. Only SSH needs a network, a key and a host.
 * @param {string} root @param {import('./pin.mjs').Pin} pin @param {NodeJS.ProcessEnv} env @returns {Resolved}
 */
export function resolveLibrary(root, pin, env) {
  const wantsSsh = askedSource(env) === 'ssh'
  if (!wantsSsh && isLinked(root)) {
    useFolder(root, pin.path)
    return { from: 'linked', modified: treeOfFolder(root, pin.path) !== pin.tree }
  }
  if (!wantsSsh && treeOfFolder(root, pin.path) === pin.tree) {
    useFolder(root, pin.path)
    return { from: 'folder', modified: false }
  }
  if (!wantsSsh && isTaken(root, pin)) return { from: 'kept', modified: false }
  let from = 'ssh'
  useCopy(root, pin, (into) => {
    if (!wantsSsh && checkOut(root, pin, into)) from = 'objects'
    else fetchOverSsh(pin, into, env)
  })
  return { from, modified: false }
}

function askedSource({ KITTY_EVENTS_SOURCE }) {
  if (!KITTY_EVENTS_SOURCE || KITTY_EVENTS_SOURCE === 'ssh') return KITTY_EVENTS_SOURCE
  throw new EventsLibFailure(`KITTY_EVENTS_SOURCE is ${JSON.stringify(KITTY_EVENTS_SOURCE)}.`, [
    'unset it, or set it to ssh',
  ])
}
