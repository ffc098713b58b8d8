import { spawnSync } from 'node:child_process'
import { start } from './program.mjs'

const INSTALL = 'apt-get install sqlite3'

/**
 * Checks for sqlite3's command-line tool, and installs it if that needs no confirmation.
 * @returns the reason if it is missing, else undefined
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

/**
 * Runs a script in the sqlite3 shell.
 * @throws Error with the shell's output
 */
export async function sqlite(database, script, options) {
  const { status, stdout, stderr } = await start('sqlite3', ['-batch', '-bail', database], {
    ...options,
    input: script,
  })
  if (status !== 0) throw new Error(`sqlite3 ended with ${status}: ${stderr}`)
  return stdout
}
