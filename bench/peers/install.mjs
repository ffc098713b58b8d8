import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { start } from '../suite/program.mjs'

/**
 * Installs a package with npm, once, into its own folder in the bench's cache.
 * @returns `{ folder }` of the package, or `{ reason }` if it cannot be installed
 */
export async function install(cache, name, version) {
  const own = join(cache, `${name.replace(/^@/, '').replace('/', '-')}-${version}`)
  const folder = join(own, 'node_modules', name)
  if (versionIn(folder) === version) return { folder }
  mkdirSync(own, { recursive: true })
  if (!existsSync(join(own, 'package.json')))
    writeFileSync(join(own, 'package.json'), '{ "private": true }\n')
  const args = ['install', '--no-audit', '--no-fund', '--loglevel=error', `${name}@${version}`]
  // Runs with the user's own settings, which choose the registry and the proxy.
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

/** Reports must not name hosts. */
function withoutHosts(text) {
  return text.replaceAll(/https?:\/\/[^\s/]+/g, '(registry)')
}
