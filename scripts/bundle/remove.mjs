// Removes the bundle before a build. The launcher starts a bundle that exists, which must not be an earlier build's.
import { rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

rmSync(fileURLToPath(new URL('../../dist/bundle', import.meta.url)), { recursive: true, force: true })
