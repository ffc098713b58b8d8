import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { start } from '../suite/program.mjs'

/**
 * Installs a package with npm into a folder of its own in the bench's cache, once.
 * @returns `{ folder }` of the package, or `{ reason }` why there is none
 */
export async function install(cache, name, version) {
  const own = join(cache, `${name.replace(/^@/, '').replace('/', '-')}-${version}`)
  const folder = join(own, 'node_modules', name)
  if (versionIn(folder) === version) return { folder }
  mkdirSync(own, { recursive: true })
  if (!existsSync(join(own, 'package.json')))
    writeFileSync(join(own, 'package.json'), '{ "private": true }\n')
  const args = ['install', '--no-audit', '--no-fund', '--loglevel=error', `${name}@${version}`]
  // With the user's own settings: which registry, and through what, is theirs to say.
  const ran = await start('npm', args, { cwd: own, env: process.env })
  if (ran.status === 0 && versionIn(folder) === version) return { folder }
  const lines = `${ran.stderr}\n${ran.stdout}`.split('\n').filter((line) => /^npm (?:error|ERR!)/.test(line))
  return {
    reason: `does not install: ${withoutHosts(lines.slice(0, 2).join('; ') || `npm ended with ${ran.status}`)}`,
  }
}

function versionIn(folder) {
  const path = join(folder, 'package.json')
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')).version : undefined
}

/** What is written into a report names no host. */
function withoutHosts(text) {
  return text.replaceAll(/https?:\/\/[^\s/]+/g, '(registry)')
}
