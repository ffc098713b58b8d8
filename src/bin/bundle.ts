import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { Script } from 'node:vm'
import { CodeCache } from './code-cache.js'
import { codePlace } from './code-place.js'

/** As in CommonJS: a file's exports, and how it requires other files. */
interface LoadedModule {
  exports: unknown
}
type Run = (
  exports: unknown,
  require: Require,
  module: LoadedModule,
  filename: string,
  dirname: string,
  load: Import,
) => void
type Import = (id: string) => Promise<unknown>
type Require = ((id: string) => unknown) & { readonly resolve: NodeJS.RequireResolve }

/**
 * Node passes five; `__import` is ours. Code from the cache cannot use import(), so the program calls the launcher's.
 */
const HEAD = '(function (exports, require, module, __filename, __dirname, __import) {'
const TAIL = '\n})'
/** Most commands need much the same functions, so a command without compiled code of its own starts with this one's. */
const USUAL = 'status'
/** Bytes of source. Below this, compiling is faster than reading compiled code. */
const SMALL = 32_000

/** The bundle's files. Each runs once, from the code that V8 compiled last time. See docs/performance.md. */
export class Bundle {
  /**
   * ID of the command that runs, such as `agent:tasks:list`. It decides which functions the compiled code must have.
   */
  task: string | undefined
  readonly #loaded = new Map<string, LoadedModule>()
  readonly #nodeRequire: NodeJS.Require
  readonly #require: Require

  /**
   * @param folder The bundle's folder.
   * @param guesses Possible IDs of the command, as far as the command line tells, longest first.
   */
  constructor(
    private readonly folder: string,
    private readonly guesses: readonly string[] = [],
  ) {
    this.#nodeRequire = createRequire(join(folder, 'kitty.cjs'))
    this.#require = Object.assign(
      (id: string): unknown => (id.startsWith('./') ? this.load(id.slice(2)) : this.#nodeRequire(id)),
      { resolve: this.#nodeRequire.resolve },
    )
  }

  /** @returns the file's exports */
  load(name: string): unknown {
    const known = this.#loaded.get(name)
    if (known !== undefined) return known.exports
    const file = join(this.folder, name)
    const module: LoadedModule = { exports: {} }
    const run = this.#compiled(name, file)
    this.#loaded.set(name, module)
    run(module.exports, this.#require, module, file, this.folder, (id) => import(id))
    return module.exports
  }

  /** Loads the file as Node would, which is slower, so that stack traces name the sources. */
  loadReadable(name: string): unknown {
    process.setSourceMapsEnabled(true)
    return this.#nodeRequire(`./${name}`)
  }

  #compiled(name: string, file: string): Run {
    const source = readFileSync(file, 'latin1')
    // The first line holds a hash of the content, so code of another build never matches.
    const base =
      source.length < SMALL
        ? undefined
        : `${name}-${source.slice(2, 18)}-${process.versions.v8}-${process.arch}`
    const kept = base === undefined ? undefined : this.#cache()
    const cache = base === undefined || kept === undefined ? undefined : this.#firstCode(kept, base)
    const script = new Script(inWrapper(source), {
      filename: file,
      ...(cache && { cachedData: cache.code }),
    })
    if (base !== undefined && kept !== undefined) {
      const codeIsFor = script.cachedDataRejected ? undefined : cache?.id
      process.on('exit', (code) => {
        if (code === 0 && this.task !== undefined && this.task !== codeIsFor)
          kept.write(nameFor(base, this.task), script.createCachedData())
      })
    }
    // A cast: HEAD defines this signature.
    return script.runInThisContext() as Run
  }

  #cache(): CodeCache | undefined {
    const place = codePlace(process.env)
    return place === undefined ? undefined : new CodeCache(place)
  }

  #firstCode(kept: CodeCache, base: string): { readonly id: string; readonly code: Buffer } | undefined {
    for (const id of [...this.guesses, USUAL]) {
      const code = kept.read(nameFor(base, id))
      if (code !== undefined) return { id, code }
    }
    return undefined
  }
}

/** `scripts/bundle.mjs` wraps the program itself, since V8 would copy its two megabytes to do so. */
function inWrapper(source: string): string {
  const isWrapped = source.startsWith(HEAD, source.indexOf('('))
  return isWrapped ? source : HEAD + source + TAIL
}

/** One file per command: V8 reads everything it is given, and a command needs few of the others' functions. */
function nameFor(base: string, id: string): string {
  return `${base}-${id.replaceAll(':', '.')}`
}
