import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs'
import { KittyError, systemCode } from '../errors/kitty-error.js'

/** What `.kittify/config.json` may say; every setting has its default here. docs/formats.md, "Settings". */
export interface Config {
  readonly log: {
    /** `daily`: one file a day. `per-writer`: a file a day for each clone, so that no merge needs a driver. */
    readonly files: 'daily' | 'per-writer'
  }
}

/** Bytes. Settings are a handful of lines. */
const LIMIT = 64 * 1024

/** One section of the file → what it means. A section that is not there is read as `undefined`. */
const SECTIONS: { readonly [Name in keyof Config]: (section: Section) => Config[Name] } = {
  log: (section) => ({ files: section.oneOf('files', ['daily', 'per-writer']) }),
}

/**
 * The settings in `path`, or the defaults where there is no such file.
 * @throws KittyError BadConfig naming the file, the setting and what it may be.
 */
export function readConfig(path: string): Config {
  return parseConfig(readText(path) ?? '{}', path)
}

/** The settings a file's text stands for. Strict: a setting misspelt must not be a setting ignored. */
export function parseConfig(text: string, path: string): Config {
  const top = new Section(parseJson(text, path), '', path)
  const config = { log: SECTIONS.log(top.section('log')) }
  top.refuseOthers()
  return config
}

/** One object of the file. Each read marks its key as known; what is left over at the end is refused. */
class Section {
  readonly #known = new Set<string>()
  readonly #sections: Section[] = []

  constructor(
    private readonly keys: Readonly<Record<string, unknown>>,
    private readonly name: string,
    private readonly file: string,
  ) {}

  /** The object under `key`; an empty one where there is none. */
  section(key: string): Section {
    const value = this.value(key)
    if (value !== undefined && !isObject(value)) throw this.bad(key, `is ${excerpt(value)}, which is not an object`)
    const section = new Section(value ?? {}, this.path(key), this.file)
    this.#sections.push(section)
    return section
  }

  /** One of these words; the first where there is none. */
  oneOf<Word extends string>(key: string, words: readonly [Word, ...Word[]]): Word {
    const value = this.value(key)
    if (value === undefined) return words[0]
    const word = words.find((candidate) => candidate === value)
    if (word !== undefined) return word
    throw this.bad(key, `is ${excerpt(value)}: it may be ${words.map((each) => `"${each}"`).join(' or ')}`)
  }

  refuseOthers(): void {
    for (const key of Object.keys(this.keys))
      if (!this.#known.has(key)) throw this.bad(key, `is not a setting; here are: ${[...this.#known].join(', ')}`)
    for (const section of this.#sections) section.refuseOthers()
  }

  private value(key: string): unknown {
    this.#known.add(key)
    return Object.hasOwn(this.keys, key) ? this.keys[key] : undefined
  }

  private path(key: string): string {
    return this.name === '' ? key : `${this.name}.${key}`
  }

  private bad(key: string, reason: string): KittyError {
    return badConfig(this.file, `${excerpt(this.path(key))} ${reason}`)
  }
}

function parseJson(text: string, path: string): Readonly<Record<string, unknown>> {
  let value: unknown
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch (error) {
    throw badConfig(path, `it is not JSON (${error instanceof Error ? error.message : 'unreadable'})`)
  }
  if (isObject(value)) return value
  throw badConfig(path, 'it is not a JSON object')
}

function readText(path: string): string | undefined {
  let descriptor: number
  try {
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined
    throw badConfig(path, `it cannot be opened (${systemCode(error) ?? 'unknown error'})`)
  }
  try {
    if (fstatSync(descriptor).size > LIMIT) throw badConfig(path, `it is larger than ${LIMIT / 1024} KiB`)
    return readFileSync(descriptor, 'utf8')
  } finally {
    closeSync(descriptor)
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function excerpt(value: unknown): string {
  const text = JSON.stringify(value)
  return text.length > 80 ? `${text.slice(0, 80)}…` : text
}

function badConfig(path: string, reason: string): KittyError {
  return new KittyError('BadConfig', `${path}: ${reason}`, {
    nextSteps: [`correct ${path}, or delete it to have the defaults`],
    context: { path, reason },
  })
}
