/**
 * Puts the program into two files, for bin/run.js to start from: dist/bundle/kitty.cjs and, loaded only where an index
 * is made, dist/bundle/typeorm.cjs. Made of tsc's output, since esbuild does not emit decorators as inversify and
 * TypeORM read them. Not ESM: only scripts can be started from V8's code cache.
 */
import { createHash } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const OUT = join(ROOT, 'dist', 'bundle')

/** Every command by id, loaded when it is run; package.json and the manifest, so that neither is read at start. */
function entry({ commands }) {
  const loaders = Object.values(commands).map(
    ({ id, relativePath }) =>
      `${JSON.stringify(id)}: () => import(${JSON.stringify(`./${relativePath.join('/')}`)}),`,
  )
  return `import { launch } from './dist/core/cli/launch.js'
import { commandOf } from './dist/core/cli/command-of.js'
import manifest from './oclif.manifest.json'
import pjson from './package.json'
const commands = { ${loaders.join('\n')} }
export const taskOf = (argv) => (argv[0] === '--version' ? argv[0] : commandOf(argv, manifest))
export const start = (argv, root) => launch(argv, root, { root, pjson, manifest, commands })`
}

/** A class keeps its name although the bundle's scope holds it in a variable: names are in messages and records. */
const namedClasses = [
  /[\\/]dist[\\/].*\.js$/,
  (text) => text.replaceAll(/^let (\w+) = class \1\b/gm, 'let $1 = class'),
]

/** Files are found from where a module was, not from where the bundle is. */
const places = [
  /[\\/](dist|packages[\\/]events[\\/]dist)[\\/].*\.js$/,
  (text, path) =>
    text
      .replaceAll('createRequire(import.meta.url)', '__require')
      .replaceAll('import.meta.url', `__place(${JSON.stringify(relative(OUT, path))})`),
]

/**
 * Node's slow modules are loaded when one of their functions is called [8 ms]. Not where a function is handed to
 * promisify, which looks for more in it than a call.
 */
const SLOW =
  /^import \{ ([\w, ]+) \} from 'node:(child_process|crypto|http|https|net|readline|timers\/promises|zlib)';$/gm
const onCall = [
  /[\\/]dist[\\/].*\.js$/,
  (text) =>
    text.includes('promisify')
      ? text
      : text.replaceAll(SLOW, (_, names, id) =>
          names
            .split(', ')
            .map((one) => callOf(id, ...one.split(' as ')))
            .join(' '),
        ),
]
const callOf = (id, name, local = name) =>
  `const ${local} = (...args) => process.getBuiltinModule('node:${id}').${name}(...args);`

/**
 * CommonJS as tsc emits it loads everything a module may need before its first line runs; here each is loaded at its
 * first use. Of oclif that leaves parsing and running [25 ms].
 */
const onFirstUse = [
  /@oclif[\\/]core[\\/]lib[\\/].*\.js$/,
  (text) => {
    let lazy = text
    for (const [line, name, load] of text.matchAll(
      /^(?:const|var) (\w+_\d+) = (.*require\("[^"]+"\)\)?);$/gm,
    )) {
      const uses = lazy.replace(line, '').replaceAll(new RegExp(`\\b${name}\\b`, 'g'), `(${name}())`)
      lazy = `let ${name}_;\nconst ${name} = () => (${name}_ ??= ${load});\n${uses}`
    }
    return lazy
  },
]

/** `import()` of what is not in the bundle has no meaning in a script from the code cache: the launcher passes its own in. */
const passedImport = [
  /@oclif[\\/]core[\\/]lib[\\/]module-loader\.js$/,
  (text) => text.replaceAll('await import((0', 'await __import((0'),
]

const pluginImport = [
  /[\\/]plugin[\\/]host[\\/]import-module\.js$/,
  (text) => text.replace('await import(', 'await __import('),
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
  // Its messages are for who sets DEBUG [2 ms].
  [
    /[\\/]debug[\\/]src[\\/]index\.js$/,
    (text) => `if (!process.env.DEBUG) module.exports = () => () => {}; else {${text}}`,
  ],
  // kitty hands ulid its randomness: node:crypto would be loaded for nothing [3 ms].
  [
    /[\\/]ulid[\\/]dist[\\/]node[\\/]index\.js$/,
    (text) => text.replace("import crypto from 'node:crypto'", 'const crypto = undefined'),
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
    const text = await readFile(path, 'utf8')
    let contents = text
    for (const one of changes) {
      const [filter, replace] = one
      if (!filter.test(path)) continue
      const before = contents
      contents = replace(contents, path)
      if (contents !== before) unused.delete(one)
    }
    return contents === text ? undefined : { contents, resolveDir: dirname(path), loader: 'js' }
  }
  return {
    name: 'rewrite',
    setup(plugin) {
      for (const [filter] of changes) plugin.onLoad({ filter }, change)
      plugin.onEnd(() => ({
        errors: [...unused].map(([filter]) => ({
          text: `scripts/bundle.mjs: nothing was changed in ${filter}`,
        })),
      }))
    },
  }
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
const __place = (file) => require('node:url').pathToFileURL(require('node:path').join(__dirname, file)).href`

const shared = {
  bundle: true,
  platform: 'node',
  target: 'node20.17',
  format: 'cjs',
  outdir: OUT,
  outExtension: { '.js': '.cjs' },
  absWorkingDir: ROOT,
  write: false,
  banner: { js: HEAD },
  footer: { js: '})' },
  sourcemap: 'linked',
  legalComments: 'none',
  // A third less to read [1 ms]; in lines that an uncaught error can show.
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

const manifest = JSON.parse(await readFile(join(ROOT, 'oclif.manifest.json'), 'utf8'))
const results = await Promise.all([
  build({
    ...shared,
    stdin: { contents: entry(manifest), resolveDir: ROOT, sourcefile: 'kitty.js' },
    entryNames: 'kitty',
    plugins: [
      rewrite([namedClasses, places, onCall, passedImport, pluginImport, onFirstUse, ...trims]),
      ownFiles,
    ],
  }),
  build({ ...shared, entryPoints: OWN_FILES, plugins: [rewrite([oneDriver])] }),
])

await mkdir(OUT, { recursive: true })
for (const { path, text } of results.flatMap((result) => result.outputFiles)) {
  if (!path.endsWith('.cjs')) {
    await writeFile(path, text)
    continue
  }
  // The first line names the content, so that no code cache of another build is ever taken for this one's.
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 16)
  await writeFile(path, `/*${hash}*/${text}`)
}
