/**
 * Bundles the program into dist/bundle/kitty.cjs, which bin/run.js starts from V8's code cache; packages that few
 * commands need become separate files next to it. Also compiles that launcher. The input is dist as tsc wrote it and as
 * tests load it; the output is CommonJS, since only scripts can start from that cache. See docs/performance.md.
 */
import { createHash } from 'node:crypto'
import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname, join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { loadAtFirstUse } from './bundle/at-first-use.mjs'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const OUT = join(ROOT, 'dist', 'bundle')

/** ES modules of the program and of the events library, except core/root: esbuild defines its location. */
const OWN = [join(ROOT, 'dist', sep), join(ROOT, 'packages', 'events', 'dist', sep)]
const isOwn = (path) =>
  !path.endsWith(join('core', 'root.js')) && OWN.some((folder) => path.startsWith(folder))
const OCLIF = join('@oclif', 'core', 'lib', sep)

const PATCHES = {
  // Touching process.stdout loads streams and sockets; kitty's Printer handles its errors.
  [join(OCLIF, 'command.js')]: { text: [/^process\.stdout\.on\('error', [^]*?^\}\);$/m, ''] },
  [join(OCLIF, 'module-loader.js')]: { imports: 3 },
}

/** The one module through which the program uses the SDK of the Model Context Protocol. */
const MCP_SDK = join(ROOT, 'dist', 'core', 'mcp', 'sdk.js')

/** Keyed by path; both builds of the program use it. */
const transformed = new Map()
function transform(path) {
  const patched = Object.keys(PATCHES).find((end) => path.endsWith(end))
  if (!transformed.has(path)) transformed.set(path, loadAtFirstUse(path, OUT, isOwn(path), PATCHES[patched]))
  return transformed.get(path)
}

/** Inversify's 250 modules as one: a start needs most of them, and each in a function of its own costs. */
const INVERSIFY = /[\\/]node_modules[\\/]inversify[\\/]lib[\\/]index\.js$/
const asOne = (path) =>
  build({
    entryPoints: [path],
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: shared.target,
    external: ['reflect-metadata'],
    write: false,
  })

/** In a package of type `module`, esbuild treats every file as ESM, so modules already in CommonJS get a namespace. */
const atFirstUse = {
  name: 'at first use',
  setup(plugin) {
    plugin.onResolve({ filter: /./ }, async ({ path, pluginData, kind, importer, resolveDir, namespace }) => {
      if (pluginData === atFirstUse) return undefined
      if (namespace === 'outside') return { path, external: true }
      const ownFile = path.replace(/^#/, '')
      if (Object.hasOwn(OWN_FILES, ownFile)) return { path: `./${ownFile}.cjs`, external: true }
      const found = await plugin.resolve(path, { kind, importer, resolveDir, pluginData: atFirstUse })
      if (found.path === MCP_SDK) return { path: './mcp.cjs', external: true }
      if (found.external && namespace === 'cjs') return { path: found.path, namespace: 'outside' }
      return !found.external && (isOwn(found.path) || found.path.includes(OCLIF))
        ? { path: relative(ROOT, found.path), namespace: 'cjs' }
        : found
    })
    plugin.onLoad({ filter: INVERSIFY }, async ({ path }) => {
      const { outputFiles } = await asOne(path)
      return { contents: outputFiles[0].text, resolveDir: dirname(path), loader: 'js' }
    })
    plugin.onLoad({ filter: /./, namespace: 'outside' }, ({ path }) => ({
      contents: `module.exports = require(${JSON.stringify(path)})`,
      loader: 'js',
    }))
    plugin.onLoad({ filter: /./, namespace: 'cjs' }, async ({ path }) => ({
      contents: await transform(join(ROOT, path)),
      resolveDir: dirname(join(ROOT, path)),
      loader: 'js',
    }))
  },
}

/**
 * Packages in separate files, loaded only by the commands that need them. Users do not install TypeORM and pg: `#typeorm`
 * and `#pg` in package.json lead to these files, even without the bundle.
 */
const OWN_FILES = {
  typeorm: 'node_modules/typeorm/index.mjs',
  yaml: 'yaml',
  pg: 'node_modules/pg/esm/index.mjs',
  'markdown-it': 'node_modules/markdown-it/dist/markdown-it.cjs.js',
}
/** TypeORM loads the drivers of every database it supports. */
const DRIVERS =
  /typeorm[\\/]driver[\\/](aurora|better|capacitor|cockroach|cordova|expo|mongodb|mysql|nativescript|oracle|react|sap|spanner|sqljs|sqlserver)/
const oneDriver = {
  name: 'one driver',
  setup: (plugin) => plugin.onLoad({ filter: DRIVERS }, () => ({ contents: 'module.exports = {}' })),
}

const json = async (name) => JSON.parse(await readFile(join(ROOT, name), 'utf8'))
const manifest = await json('oclif.manifest.json')
const ownPackage = await json('package.json')
/** See src/core/build.ts: the bundle speaks of what it was made from. */
const { name, version, eventsLib, dependencies } = ownPackage
const madeFrom = {
  package: { name, version, eventsLib, dependencies },
  eventsLib: await json('dist/events-lib.json'),
}

const shared = {
  bundle: true,
  platform: 'node',
  target: 'node20.17',
  format: 'cjs',
  outdir: OUT,
  outExtension: { '.js': '.cjs' },
  absWorkingDir: ROOT,
  // Without the path that leads tests to the events library's sources: the input is what tsc wrote.
  tsconfigRaw: '{}',
  write: false,
  legalComments: 'none',
  // Saves a third of the size, with lines short enough for the report of an uncaught error.
  minifyWhitespace: true,
  lineLimit: 160,
  // Native modules are resolved from node_modules; oclif would compile plugins with typescript.
  external: ['*.node', 'sqlite3', 'fs-native-extensions', 'typescript', 'pg-native', 'pg-cloudflare'],
  define: {
    'import.meta.dirname': '__dirname',
    'import.meta.url': '__filename',
    // A string, because esbuild would initialize an object in every module.
    KITTY_BUILD: JSON.stringify(JSON.stringify(madeFrom)),
  },
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
const stdin = (contents) => ({ contents, resolveDir: ROOT, sourcefile: 'start.cjs', loader: 'js' })

/** Every command by ID, loaded when it runs, and the fields that oclif reads from package.json. */
function entry({ commands: listed }, pjson) {
  const commands = Object.values(listed).map(({ id, args, relativePath }) => {
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
  stdin: stdin(entry(manifest, ownPackage)),
  alias: {
    // `debug` prints only with KITTY_PLAIN=1 DEBUG=*. `wsl-utils` would start processes, only for a user agent.
    debug: './scripts/bundle/debug.cjs',
    'wsl-utils': './scripts/bundle/wsl-utils.cjs',
    // kitty gives ulid its randomness; the build for Node would load node:crypto for nothing.
    ulid: './node_modules/ulid/dist/browser/index.cjs',
    // Its main file requires others through a parameter, which no bundler sees.
    'jsonc-parser': './node_modules/jsonc-parser/lib/esm/main.js',
  },
  // npm checks Node's version, by "engines".
  define: { ...shared.define, 'process.env.OCLIF_DISABLE_ENGINE_WARNING': '"1"' },
  plugins: [atFirstUse],
}
const results = await Promise.all([
  // Shortening local names saves another third of the size.
  build({
    ...program,
    entryNames: 'kitty',
    minify: true,
    // As src/bin/bundle.ts wraps the other files.
    banner: { js: '(function (exports, require, module, __filename, __dirname, __import) {' },
    footer: { js: '})' },
  }),
  // With local names and a source map: KITTY_DEBUG runs this build, loaded by Node.
  build({
    ...program,
    ...traced,
    entryNames: 'kitty.readable',
    banner: { js: 'var __import = (id) => import(id)' },
  }),
  build({
    ...shared,
    ...traced,
    stdin: stdin("module.exports = require('./dist/core/cli/version.js')"),
    entryNames: 'version',
    plugins: [atFirstUse],
  }),
  build({
    ...shared,
    ...traced,
    entryPoints: { ...OWN_FILES, mcp: MCP_SDK },
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

await mkdir(OUT, { recursive: true })
// kitty.cjs comes last, in one step: the launcher starts a bundle that has it.
for (const { path, text } of results.flatMap((result) => result.outputFiles).reverse()) {
  // The first line identifies the content, so that compiled code of another build never matches.
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 16)
  await writeFile(`${path}.new`, path.endsWith('.cjs') ? `/*${hash}*/${text}` : text)
  await rename(`${path}.new`, path)
}
await chmod(join(ROOT, 'bin', 'run.js'), 0o755)
