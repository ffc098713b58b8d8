import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Writes dist/events-lib.json, from which the program reports its library.
 * @param {string} root @param {{version: string, commit: string, tree: string, modified: boolean}} stamp
 */
export function writeStamp(root, { version, commit, tree, modified }) {
  mkdirSync(join(root, 'dist'), { recursive: true })
  writeFileSync(
    join(root, 'dist', 'events-lib.json'),
    `${JSON.stringify({ version, commit, tree, modified })}\n`,
  )
}
