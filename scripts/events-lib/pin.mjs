import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { EventsLibFailure } from './failure.mjs'

const HASH = /^[0-9a-f]{40}$/
// Allows no "..", and nothing that git or a shell could parse as an option.
const FOLDER = /^[A-Za-z0-9_][A-Za-z0-9._-]*(\/[A-Za-z0-9_][A-Za-z0-9._-]*)*$/

/**
 * @typedef {object} Pin
 * @property {string} repository `git+ssh://…`
 * @property {string} path folder of the library in the repository
 * @property {string} commit 40 hex digits
 * @property {string} tree git's hash of that folder at that commit, 40 hex digits
 */

/**
 * Reads the pin in package.json. @param {string} root @returns {Pin} @throws EventsLibFailure when it names no exact
 * commit
 */
export function readPin(root) {
  const { eventsLib } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const fault = faultOf(eventsLib)
  if (fault === undefined) return eventsLib
  throw new EventsLibFailure(`package.json: eventsLib${fault}`, [
    'npm run events-lib -- pin',
    'or write it by hand: {"repository": "git+ssh://…", "path": "packages/events", "commit": "<40 hex>", "tree": "<40 hex>"}',
  ])
}

/** Writes commit and tree into package.json and keeps the rest unchanged. @param {string} root @param {Pin} pin */
export function writePin(root, pin) {
  const file = join(root, 'package.json')
  const manifest = JSON.parse(readFileSync(file, 'utf8'))
  writeFileSync(file, `${JSON.stringify({ ...manifest, eventsLib: pin }, null, 2)}\n`)
}

/** @param {string} text */
export function isFullHash(text) {
  return HASH.test(text)
}

function faultOf(pin) {
  if (typeof pin !== 'object' || pin === null) return ' is missing'
  if (!isSshUrl(pin.repository)) return '.repository is not a git+ssh:// address'
  if (typeof pin.path !== 'string' || !FOLDER.test(pin.path)) return '.path is not a folder of the repository'
  for (const key of ['commit', 'tree'])
    if (typeof pin[key] !== 'string' || !HASH.test(pin[key]))
      return `.${key} is ${JSON.stringify(pin[key])}: a pin names all 40 digits of a hash, never a branch, a tag or a short hash`
  return undefined
}

function isSshUrl(text) {
  if (typeof text !== 'string' || !text.startsWith('git+ssh://')) return false
  const url = URL.canParse(text.slice('git+'.length)) ? new URL(text.slice('git+'.length)) : undefined
  // ssh would take a host that begins with "-" for an option.
  return (
    url !== undefined && url.hostname !== '' && !url.hostname.startsWith('-') && !url.username.startsWith('-')
  )
}
