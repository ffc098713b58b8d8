/** Says which keys a TOML file of the user's defines, as far as is needed to add a table without a clash. */

/** The file is not what its reader expects, so that nothing can be added to it. */
export class UnusableToml extends Error {}

interface DefinedKey {
  /** The header above it. */
  readonly table: readonly string[]
  /** Its name below the table, with those of the inline tables around it. Empty for the header itself. */
  readonly key: readonly string[]
}

const BLANKS = /[ \t]*/y
const BETWEEN = /(?:[ \t\r\n]|#[^\n]*)*/y
const REST_OF_LINE = /[ \t]*(?:#[^\n]*)?\r?(?:\n|$)/y
const BARE = /[A-Za-z0-9_-]+/y
const STRING =
  /"""(?:[^\\]|\\[^])*?"""(?!")|\x27\x27\x27[^]*?\x27\x27\x27(?!\x27)|"(?:[^"\\\n]|\\[^\n])*"|\x27[^\x27\n]*\x27/y
/** A number, a date or a word. */
const SCALAR = /[A-Za-z0-9_.:+-]+(?: \d\d:[0-9:.Z+-]*)?/y

/** @throws UnusableToml for what is no TOML */
function tomlKeys(text: string): DefinedKey[] {
  return new Keys(text).read()
}

/**
 * Whether a file has the table already, in any form: a header, dotted keys or an inline table. Headers of tables below it
 * (`[mcp_servers.kitty.env]`) leave room for its own.
 * @throws UnusableToml also if a value is where the table would be
 */
export function hasTable(path: readonly string[]): (text: string) => boolean {
  const isWithin = (names: readonly string[]): boolean => path.every((name, at) => names[at] === name)
  return (text) => {
    const keys = tomlKeys(text)
    if (keys.some(({ table, key }) => table.length <= path.length && isWithin([...table, ...key])))
      return true
    const value = keys.find(({ table, key }) => {
      const names = [...table, ...key]
      return key.length > 0 && names.length < path.length && names.every((name, at) => path[at] === name)
    })
    if (value === undefined) return false
    throw new UnusableToml(
      `"${[...value.table, ...value.key].join('.')}" is a value, to which no table can be added`,
    )
  }
}

/** A container in a value: an array has no prefix, an inline table the keys that lead to it. */
type Container = readonly string[] | undefined

class Keys {
  #at = 0
  readonly #found: DefinedKey[] = []

  constructor(private readonly text: string) {}

  read(): DefinedKey[] {
    let table: readonly string[] = []
    for (this.#take(BETWEEN); this.#at < this.text.length; this.#take(BETWEEN)) {
      const isList = this.#takes('[[')
      if (isList || this.#takes('[')) {
        table = this.#name()
        if (!this.#takes(isList ? ']]' : ']')) throw this.#wrong()
        this.#found.push({ table, key: [] })
      } else {
        const key = this.#assigned()
        this.#found.push({ table, key })
        this.#value(table, key)
      }
      if (this.#take(REST_OF_LINE) === undefined) throw this.#wrong()
    }
    return this.#found
  }

  /** Passes over a value and collects the keys of its inline tables. Holds no call for each level: files may nest deep. */
  #value(table: readonly string[], name: readonly string[]): void {
    const open: Container[] = []
    let key = name
    do {
      if (this.#takes('[')) open.push(undefined)
      else if (this.#takes('{')) open.push(key)
      else if (this.#take(STRING) === undefined && this.#take(SCALAR) === undefined) throw this.#wrong()
      else this.#separator(open)
      while (this.#closes(open)) this.#separator(open)
      const around = open.at(-1)
      if (around === undefined) continue
      key = [...around, ...this.#assigned()]
      this.#found.push({ table, key })
    } while (open.length > 0)
  }

  #closes(open: Container[]): boolean {
    if (open.length === 0) return false
    this.#take(BETWEEN)
    if (!this.#takes(endOf(open))) return false
    open.pop()
    return true
  }

  /** Takes the comma after an element. @throws UnusableToml if the container neither ends nor goes on */
  #separator(open: readonly Container[]): void {
    if (open.length === 0) return
    this.#take(BETWEEN)
    if (!this.#takes(',') && !this.text.startsWith(endOf(open), this.#at)) throw this.#wrong()
  }

  #assigned(): string[] {
    const name = this.#name()
    if (!this.#takes('=')) throw this.#wrong()
    this.#take(BLANKS)
    return name
  }

  /** A dotted name, each part bare or quoted. */
  #name(): string[] {
    const parts: string[] = []
    do {
      this.#take(BLANKS)
      const part = this.#take(BARE) ?? unquoted(this.#take(STRING))
      if (part === undefined) throw this.#wrong()
      parts.push(part)
      this.#take(BLANKS)
    } while (this.#takes('.'))
    return parts
  }

  #takes(token: string): boolean {
    if (!this.text.startsWith(token, this.#at)) return false
    this.#at += token.length
    return true
  }

  #take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.text)?.[0]
    this.#at += found?.length ?? 0
    return found
  }

  #wrong(): UnusableToml {
    return new UnusableToml(`line ${this.text.slice(0, this.#at).split('\n').length} is no TOML`)
  }
}

function endOf(open: readonly Container[]): string {
  return open.at(-1) === undefined ? ']' : '}'
}

function unquoted(text: string | undefined): string | undefined {
  if (text === undefined || text.startsWith("'")) return text?.slice(1, -1)
  return text.slice(1, -1).replace(/\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|x([0-9a-fA-F]{2}))/g, unescaped)
}

function unescaped(escape: string, ...codes: readonly (string | undefined)[]): string {
  const code = parseInt(codes.slice(0, 3).find((hex) => hex !== undefined) ?? '', 16)
  return code <= 0x10ffff ? String.fromCodePoint(code) : escape
}
