/**
 * Puts the program into one file, dist/bundle/kitty.cjs, for bin/run.js to start from V8's code cache, with what few
 * commands need in files beside it, and compiles that launcher. Made from dist as tsc wrote it and tests load it, in
 * CommonJS, since only scripts can start from that cache. docs/performance.md.
 */
import { createHash } from 'node:crypto'
import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { loadAtFirstUse } from './bundle/at-first-use.mjs'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const OUT = join(ROOT, 'dist', 'bundle')

/** ES modules of the program and of the events library; but esbuild itself defines what core/root says of its place. */
const OWN = [join(ROOT, 'dist', sep), join(ROOT, 'packages', 'events', 'dist', sep)]
const isOwn = (path) =>
  !path.endsWith(join('core', 'root.js')) && OWN.some((folder) => path.startsWith(folder))
const OCLIF = join('@oclif', 'core', 'lib', sep)

const PATCHES = {
  // Touching process.stdout loads streams and sockets [4 ms]; kitty's Printer answers for it.
  [join(OCLIF, 'command.js')]: { text: [/^process\.stdout\.on\('error', [^]*?^\}\);$/m, ''] },
  [join(OCLIF, 'module-loader.js')]: { imports: 3 },
}

/** By path, for the two builds of the program. */
const transformed = new Map()
function transform(path) {
  const patched = Object.keys(PATCHES).find((end) => path.endsWith(end))
  if (!transformed.has(path)) transformed.set(path, loadAtFirstUse(path, OUT, isOwn(path), PATCHES[patched]))
  return transformed.get(path)
}

/** In a package of type `module` esbuild takes every file for ESM: what is CommonJS by now goes by another address. */
const atFirstUse = {
  name: 'at first use',
  setup(plugin) {
    plugin.onResolve({ filter: /./ }, async ({ path, pluginData, kind, importer, resolveDir }) => {
      if (pluginData === atFirstUse) return undefined
      const ownFile = path.replace(/^#/, '')
      if (Object.hasOwn(OWN_FILES, ownFile)) return { path: `./${ownFile}.cjs`, external: true }
      const found = await plugin.resolve(path, { kind, importer, resolveDir, pluginData: atFirstUse })
      return !found.external && (isOwn(found.path) || found.path.includes(OCLIF))
        ? { path: relative(ROOT, found.path), namespace: 'cjs' }
        : found
    })
    plugin.onLoad({ filter: /./, namespace: 'cjs' }, async ({ path }) => ({
      contents: await transform(join(ROOT, path)),
      resolveDir: dirname(join(ROOT, path)),
      loader: 'js',
    }))
  },
}

/**
 * Packages in files of their own, which only the commands that need them load. TypeORM is not among what is installed
 * with kitty: `#typeorm` in package.json leads to this file, also without the bundle.
 */
const OWN_FILES = {
  typeorm: 'node_modules/typeorm/index.mjs',
  yaml: 'yaml',
  'markdown-it': 'node_modules/markdown-it/dist/markdown-it.cjs.js',
}
/** TypeORM loads the drivers of every database there is. */
const DRIVERS =
  /typeorm[\\/]driver[\\/](aurora|better|capacitor|cockroach|cordova|expo|mongodb|mysql|nativescript|oracle|postgres|react|sap|spanner|sqljs|sqlserver)/
const oneDriver = {
  name: 'one driver',
  setup: (plugin) => plugin.onLoad({ filter: DRIVERS }, () => ({ contents: 'module.exports = {}' })),
}

const shared = {
  bundle: true,
  platform: 'node',
  target: 'node20.17',
  format: 'cjs',
  outdir: OUT,
  outExtension: { '.js': '.cjs' },
  absWorkingDir: ROOT,
  write: false,
  legalComments: 'none',
  // A third less to read, in lines that an uncaught error can show.
  minifyWhitespace: true,
  lineLimit: 160,
  // Native modules are looked for in node_modules; typescript is what oclif would compile plugins with.
  external: ['*.node', 'sqlite3', 'fs-native-extensions', 'typescript'],
  define: { 'import.meta.dirname': '__dirname', 'import.meta.url': '__filename' },
  supported: { 'dynamic-import': false },
  logLevel: 'warning',
  logOverride: Object.fromEntries(
    ['unsupported-require-call', 'indirect-require', 'require-resolve-not-external'].map((name) => [
      name,
      'silent',
    ]),
  ),
}
const traced = { sourcemap: 'linked', sourcesContent: false }
const json = async (name) => JSON.parse(await readFile(join(ROOT, name), 'utf8'))
const stdin = (contents) => ({ contents, resolveDir: ROOT, sourcefile: 'start.cjs', loader: 'js' })

/** Every command by ID, loaded when it runs, and what oclif reads of package.json. */
function entry(manifest, pjson) {
  const commands = Object.values(manifest.commands).map(({ id, args, relativePath }) => {
    const takesArguments = Object.keys(args).length > 0
    return `${JSON.stringify(id)}: { takesArguments: ${takesArguments}, load: async () => require(${JSON.stringify(`./${relativePath.join('/')}`)}) },`
  })
  return `const pjson = ${JSON.stringify({ ...pjson, devDependencies: {}, scripts: {} })}
const commands = { ${commands.join('\n')} }
exports.taskOf = (argv) => require('./dist/core/cli/command-of.js').commandOf(argv, commands)
exports.start = (argv, root) => require('./dist/core/cli/launch.js').launch(argv, root, { root, pjson, commands })`
}

const program = {
  ...shared,
  stdin: stdin(entry(await json('oclif.manifest.json'), await json('package.json'))),
  alias: {
    // Their messages are for KITTY_PLAIN=1 DEBUG=*; finding out about WSL starts processes, for a user agent.
    debug: './scripts/bundle/debug.cjs',
    'wsl-utils': './scripts/bundle/wsl-utils.cjs',
    // kitty hands ulid its randomness: the build for Node loads node:crypto for nothing.
    ulid: './node_modules/ulid/dist/browser/index.cjs',
  },
  // Node's version is npm's to check, by "engines".
  define: { ...shared.define, 'process.env.OCLIF_DISABLE_ENGINE_WARNING': '"1"' },
  plugins: [atFirstUse],
}
const results = await Promise.all([
  // Without the names of what is local another third less to read.
  build({ ...program, entryNames: 'kitty', minify: true }),
  // With them, and where each line comes from: what KITTY_DEBUG runs, loaded by Node.
  build({
    ...program,
    ...traced,
    entryNames: 'kitty.readable',
    banner: { js: 'var __import = (id) => import(id)' },
  }),
  build({
    ...shared,
    ...traced,
    stdin: stdin("module.exports = require('./dist/core/cli/answer-version.js')"),
    entryNames: 'version',
    plugins: [atFirstUse],
  }),
  build({
    ...shared,
    ...traced,
    entryPoints: OWN_FILES,
    alias: { 'app-root-path': './scripts/bundle/app-root-path.cjs' },
    plugins: [oneDriver],
  }),
  build({
    ...shared,
    entryPoints: ['src/bin/run.ts'],
    outdir: 'bin',
    outExtension: {},
    minifyWhitespace: false,
    supported: {},
  }),
])
for (const end of Object.keys(PATCHES))
  if (![...transformed.keys()].some((path) => path.endsWith(end)))
    throw new Error(`scripts/bundle.mjs: there is no ${end} any more, which a patch is for`)

await rm(OUT, { recursive: true, force: true })
await mkdir(OUT, { recursive: true })
for (const { path, text } of results.flatMap((result) => result.outputFiles)) {
  // The first line names the content, so that compiled code of another build is never taken for this one's.
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 16)
  await writeFile(path, path.endsWith('.cjs') ? `/*${hash}*/${text}` : text)
}
await chmod(join(ROOT, 'bin', 'run.js'), 0o755)
