import { spawnSync } from 'node:child_process'
import { start } from './program.mjs'

const INSTALL = 'apt-get install sqlite3'

/**
 * Makes sure of sqlite3's command line tool, installing it where that needs no asking.
 * @returns why there is none, else undefined
 */
export function missingShell({ mayInstall, say }) {
  if (isThere()) return undefined
  const canInstall =
    mayInstall && process.getuid?.() === 0 && spawnSync('apt-get', ['--version']).status === 0
  if (canInstall) {
    say(INSTALL)
    const options = { stdio: ['ignore', 2, 2], env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } }
    spawnSync('apt-get', ['update', '-qq'], options)
    spawnSync('apt-get', ['install', '-y', '-qq', 'sqlite3'], options)
  }
  return isThere() ? undefined : `sqlite3's command line tool is missing: ${INSTALL}`
}

function isThere() {
  return spawnSync('sqlite3', ['--version']).status === 0
}

/** Runs a script of the shell's. @throws Error with what it said */
export async function sqlite(database, script, options) {
  const { status, stdout, stderr } = await start('sqlite3', ['-batch', '-bail', database], {
    ...options,
    input: script,
  })
  if (status !== 0) throw new Error(`sqlite3 ended with ${status}: ${stderr}`)
  return stdout
}
