/**
 * Puts the program into one file, dist/bundle/kitty.cjs, for bin/run.js to start from V8's code cache, with what only
 * few commands need in files beside it. CommonJS, since only scripts can be started from that cache.
 */
import { createHash } from 'node:crypto'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import typescript from 'typescript'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const TARGET = 'node20.17'
const OUT = join(ROOT, 'dist', 'bundle')
/** The program's modules and those of the events library. */
const OWN = new RegExp(
  `^${ROOT.replaceAll(/\W/g, '\\$&')}(?:packages[\\\\/]events[\\\\/])?dist[\\\\/].*\\.js$`,
)
const OCLIF = /@oclif[\\/]core[\\/]lib[\\/].*\.js$/

/** Every command by id, loaded when it is run, and what oclif wants of package.json, so that it is not read at start. */
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

/** `import()` of what is not in the bundle has no meaning in a script from the code cache: the launcher passes its own in. */
const PLUGIN_IMPORT = 'await import(pathToFileURL('

/**
 * As tsc makes CommonJS of the source; esbuild does not emit decorators as inversify and TypeORM read them. Files are
 * found from where the module would be, not from where the bundle is.
 */
const compiled = [
  OWN,
  async (_, path) => {
    const source = path.replace(/([\\/])dist([\\/])(?!.*[\\/]dist[\\/])/, '$1src$2').replace(/\.js$/, '.ts')
    const text = (await readFile(source, 'utf8'))
      .replaceAll('createRequire(import.meta.url)', '__require')
      .replaceAll('import.meta.dirname', `__folder(${JSON.stringify(relative(OUT, dirname(path)))})`)
      .replace(PLUGIN_IMPORT, () => PLUGIN_IMPORT.replace('import', '__import'))
    const { outputText, sourceMapText } = typescript.transpileModule(text, {
      fileName: source,
      compilerOptions: {
        module: typescript.ModuleKind.CommonJS,
        target: typescript.ScriptTarget.ES2022,
        esModuleInterop: true,
        experimentalDecorators: true,
        useDefineForClassFields: false,
        sourceMap: true,
      },
    })
    const map = JSON.stringify({ ...JSON.parse(sourceMapText), sources: [relative(OUT, source)] })
    return outputText.replace(
      /^\/\/# sourceMappingURL=.*$/m,
      `//# sourceMappingURL=data:application/json;base64,${Buffer.from(map).toString('base64')}`,
    )
  },
]

/** inversify's four hundred modules as one [2 ms]. */
const INVERSIFY = /[\\/]node_modules[\\/]inversify[\\/]lib[\\/]index\.js$/
const inOne = [
  INVERSIFY,
  async (_, path) => {
    const { outputFiles } = await build({
      entryPoints: [path],
      bundle: true,
      format: 'cjs',
      platform: 'node',
      target: TARGET,
      write: false,
      external: ['reflect-metadata'],
    })
    return outputFiles[0].text
  },
]

/**
 * CommonJS as tsc emits it loads everything a module may need before its first line runs; here each is loaded at its
 * first use [25 ms]: of oclif that leaves parsing and running, of kitty what the command asks for, and of Node nothing
 * that takes long. Lines stay where they are, for stack traces.
 */
const onFirstUse = [
  new RegExp(`${OWN.source}|${OCLIF.source}`),
  (text) => {
    let lazy = text
    for (const [line, name, load] of text.matchAll(
      /^(?:const|var) (\w+_\d+) = (.*require\("[^"]+"\)\)?);$/gm,
    )) {
      const uses = lazy.replace(line, '\0').replaceAll(new RegExp(`\\b${name}\\b`, 'g'), `(${name}())`)
      lazy = uses.replace('\0', () => `let ${name}_; const ${name} = () => (${name}_ ??= ${load});`)
    }
    return lazy
  },
]

const passedImport = [
  /@oclif[\\/]core[\\/]lib[\\/]module-loader\.js$/,
  (text) => text.replaceAll('await import((0', 'await __import((0'),
]

/** What a command would load and not use. In brackets what each saves of a `status` of about 60 ms. */
const trims = [
  // Only oclif's user agent says `wsl`; finding out loads child processes and promises of files [4 ms].
  [
    /@oclif[\\/]core[\\/]lib[\\/]util[\\/]os\.js$/,
    (text) => text.replace("(await import('wsl-utils')).isWsl", 'false'),
  ],
  // Node's version is npm's to check, by "engines" [3 ms].
  [/@oclif[\\/]core[\\/]lib[\\/]index\.js$/, (text) => text.replace(/^checkNodeVersion\(\);$/m, '')],
  // kitty's Printer answers for stdout; to touch process.stdout loads streams and sockets [4 ms].
  [
    /@oclif[\\/]core[\\/]lib[\\/]command\.js$/,
    (text) => text.replace(/^process\.stdout\.on\([^]*?^\}\);$/m, ''),
  ],
  // Its messages are for who sets DEBUG [2 ms].
  [
    /[\\/]debug[\\/]src[\\/]index\.js$/,
    (text) => `if (!process.env.DEBUG) module.exports = () => () => {}; else {${text}}`,
  ],
  // kitty hands ulid its randomness: node:crypto would be loaded for nothing [3 ms].
  [
    /[\\/]ulid[\\/]dist[\\/]node[\\/]index\.cjs$/,
    (text) => text.replace("var crypto = require('node:crypto')", 'var crypto'),
  ],
]

/** TypeORM loads the drivers of every database there is. */
const DRIVERS =
  'aurora|better|capacitor|cockroach|cordova|expo|mongodb|mysql|nativescript|oracle|postgres|react|sap|spanner|sqljs|sqlserver'
const oneDriver = [new RegExp(`typeorm[\\\\/]driver[\\\\/](${DRIVERS})`), () => 'module.exports = {}']

/** Changes the text of the files that match. A change that changes nothing is a mistake: what it was for has moved. */
function rewrite(changes) {
  const unused = new Set(changes)
  const change = async ({ path }) => {
    let contents = await readFile(path, 'utf8')
    for (const one of changes) {
      const [filter, replace] = one
      if (!filter.test(path)) continue
      const before = contents
      contents = await replace(contents, path)
      if (contents !== before) unused.delete(one)
    }
    return { contents, resolveDir: dirname(path), loader: 'js' }
  }
  return {
    name: 'rewrite',
    setup(plugin) {
      for (const [filter] of changes) plugin.onLoad({ filter, namespace: 'file' }, change)
      plugin.onLoad({ filter: /./, namespace: COMMON_JS }, ({ path }) => change({ path: join(ROOT, path) }))
      plugin.onEnd(() => ({
        errors: [...unused].map(([filter]) => ({
          text: `scripts/bundle.mjs: nothing was changed in ${filter}`,
        })),
      }))
    },
  }
}

/** In a package of type `module` esbuild takes every file for ESM: what is made CommonJS goes by another address. */
const COMMON_JS = 'cjs'
const asCommonJs = {
  name: COMMON_JS,
  setup(plugin) {
    plugin.onResolve({ filter: /./ }, async ({ path, pluginData, kind, importer, resolveDir }) => {
      if (pluginData === COMMON_JS) return undefined
      const found = await plugin.resolve(path, { kind, importer, resolveDir, pluginData: COMMON_JS })
      return !found.external && (OWN.test(found.path) || INVERSIFY.test(found.path))
        ? { path: relative(ROOT, found.path), namespace: COMMON_JS }
        : found
    })
  },
}

/** Packages in files of their own, which only the commands that need them load [1 ms each]. */
const OWN_FILES = { typeorm: 'node_modules/typeorm/index.js', yaml: 'node_modules/yaml/dist/index.js' }
const ownFiles = {
  name: 'own files',
  setup: (plugin) =>
    plugin.onResolve({ filter: /^(typeorm|yaml)$/ }, ({ path }) => ({
      path: `./${path}.cjs`,
      external: true,
    })),
}

// A script whose value is the module's function, and a module for who requires it.
const HEAD = `(typeof module === 'object' ? module : {}).exports = (function (exports, require, module, __filename, __dirname, __import) {
const __require = require
const __folder = (folder) => require('node:path').join(__dirname, folder)`

const shared = {
  bundle: true,
  platform: 'node',
  target: TARGET,
  format: 'cjs',
  outdir: OUT,
  outExtension: { '.js': '.cjs' },
  absWorkingDir: ROOT,
  write: false,
  banner: { js: HEAD },
  footer: { js: '})' },
  legalComments: 'none',
  // A third less to read, in lines that an uncaught error can show.
  minifyWhitespace: true,
  lineLimit: 160,
  // What native modules need is looked for in node_modules; typescript is what oclif would compile plugins with.
  external: ['*.node', 'sqlite3', 'fs-native-extensions', 'typescript'],
  supported: { 'dynamic-import': false },
  logLevel: 'warning',
  logOverride: {
    'unsupported-require-call': 'silent',
    'indirect-require': 'silent',
    'require-resolve-not-external': 'silent',
  },
}

const traced = { sourcemap: 'linked', sourcesContent: false }

const json = async (name) => JSON.parse(await readFile(join(ROOT, name), 'utf8'))
const stdin = (contents) => ({ contents, resolveDir: ROOT, sourcefile: 'start.cjs', loader: 'js' })
const program = {
  ...shared,
  stdin: stdin(entry(await json('oclif.manifest.json'), await json('package.json'))),
  plugins: [ownFiles, asCommonJs, rewrite([compiled, inOne, onFirstUse, passedImport, ...trims])],
}
const results = await Promise.all([
  // Without the names of what is local another third less [3 ms].
  build({ ...program, entryNames: 'kitty', minify: true }),
  // With them, and where each line comes from: what KITTY_DEBUG runs.
  build({ ...program, ...traced, entryNames: 'kitty.readable' }),
  build({
    ...shared,
    ...traced,
    stdin: stdin("module.exports = require('./dist/core/cli/answer-version.js')"),
    entryNames: 'version',
    plugins: [asCommonJs, rewrite([compiled])],
  }),
  build({ ...shared, ...traced, entryPoints: OWN_FILES, plugins: [rewrite([oneDriver])] }),
])

await rm(OUT, { recursive: true, force: true })
await mkdir(OUT, { recursive: true })
for (const { path, text } of results.flatMap((result) => result.outputFiles)) {
  // The first line names the content, so that no code cache of another build is ever taken for this one's.
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 16)
  await writeFile(path, path.endsWith('.cjs') ? `/*${hash}*/${text}` : text)
}
