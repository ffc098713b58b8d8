/**
 * Bundles the program's store with the simulated machine: `node:fs` and git's commands are the simulation's there, and
 * nothing else differs from what ships. One file, since seeds by the thousand are to start from compiled code.
 */
import { mkdirSync } from 'node:fs'
import { dirname, join, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const HERE = dirname(fileURLToPath(import.meta.url))
const ROOT = join(HERE, '..', '..')
const SUPPORT = join(HERE, 'support', sep)

/** In the simulation the archive takes over after a few events: what takes megabytes elsewhere happens in each seed. */
const SMALL_ARCHIVE = [/^export const ARCHIVE_AT = .*$/m, 'export const ARCHIVE_AT = 4096']

const simulatedMachine = {
  name: 'simulated machine',
  setup(plugin) {
    const inSupport = (name) => ({ path: join(SUPPORT, name) })
    plugin.onResolve({ filter: /^node:(fs|crypto|zlib)$/ }, ({ path, importer }) => {
      if (importer.startsWith(SUPPORT)) return undefined
      return inSupport(`${path.replace(':', '-')}.ts`)
    })
    plugin.onResolve({ filter: /\/git\.js$/ }, ({ path, importer, resolveDir }) => {
      const isGit = join(resolveDir, path) === join(ROOT, 'src', 'core', 'git', 'git.js')
      return isGit && !importer.startsWith(SUPPORT) ? inSupport('git-commands.ts') : undefined
    })
    plugin.onResolve({ filter: /\/merge-driver-config\.js$/ }, () => inSupport('no-merge-drivers.ts'))
    plugin.onResolve({ filter: /^kitty-events$/ }, () => ({
      path: join(ROOT, 'packages', 'events', 'src', 'index.ts'),
    }))
    plugin.onLoad({ filter: /store.acknowledged\.ts$/ }, async ({ path }) => {
      const { readFile } = await import('node:fs/promises')
      const text = await readFile(path, 'utf8')
      const contents = text.replace(...SMALL_ARCHIVE)
      if (contents === text) throw new Error(`${path} has no ARCHIVE_AT`)
      return { contents, loader: 'ts' }
    })
  },
}

/** @returns the path of the bundle */
export async function bundle(entry, name) {
  const outfile = join(ROOT, 'node_modules', '.cache', 'simulation', name)
  mkdirSync(dirname(outfile), { recursive: true })
  await build({
    entryPoints: [join(HERE, entry)],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    sourcemap: 'inline',
    tsconfig: join(ROOT, 'tsconfig.json'),
    define: { 'performance.now': 'globalThis.simulatedNow' },
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url)",
    },
    logLevel: 'error',
    plugins: [simulatedMachine],
  })
  return outfile
}
