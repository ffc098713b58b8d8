import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

/** What `kitty --version` prints: the program, and the events library it runs on. */
export function versionLines(): string {
  const program = versionOf(new URL('../../../package.json', import.meta.url))
  const library = versionOf(createRequire(import.meta.url).resolve('kitty-events/package.json'))
  return `kitty/${program} ${process.platform}-${process.arch} node-${process.version}\nevents-lib/${library}`
}

function versionOf(path: string | URL): string {
  const manifest: unknown = JSON.parse(readFileSync(path, 'utf8'))
  const isManifest = typeof manifest === 'object' && manifest !== null && 'version' in manifest
  return isManifest ? String(manifest.version) : 'unknown'
}
