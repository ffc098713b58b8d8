// Writes oclif.manifest.json from the compiled commands. The same commands give the same bytes, in whatever order the
// file system lists them, so that a stale manifest can be detected.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Plugin } from '@oclif/core'

const root = fileURLToPath(new URL('..', import.meta.url))
const plugin = new Plugin({
  root,
  type: 'core',
  ignoreManifest: true,
  errorOnManifestCreate: true,
  respectNoCacheDefault: true,
})
await plugin.load()
const { commands, version } = plugin.manifest
const sorted = Object.fromEntries(Object.entries(commands).sort(([a], [b]) => (a < b ? -1 : 1)))
writeFileSync(
  join(root, 'oclif.manifest.json'),
  `${JSON.stringify({ commands: sorted, version }, null, 2)}\n`,
)
