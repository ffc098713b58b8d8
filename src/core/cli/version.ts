import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

interface Versions {
  readonly kitty: string
  readonly events_lib: string
  readonly platform: string
  readonly node: string
}

/** The program's version, and that of the events library it runs on. */
export function versions(): Versions {
  return {
    kitty: versionOf(new URL('../../../package.json', import.meta.url)),
    events_lib: versionOf(createRequire(import.meta.url).resolve('kitty-events/package.json')),
    platform: `${process.platform}-${process.arch}`,
    node: process.version,
  }
}

/** What `kitty --version` prints. */
export function versionLines(): string {
  const { kitty, events_lib, platform, node } = versions()
  return `kitty/${kitty} ${platform} node-${node}\nevents-lib/${events_lib}`
}

function versionOf(path: string | URL): string {
  const manifest: unknown = JSON.parse(readFileSync(path, 'utf8'))
  const isManifest = typeof manifest === 'object' && manifest !== null && 'version' in manifest
  return isManifest ? String(manifest.version) : 'unknown'
}
