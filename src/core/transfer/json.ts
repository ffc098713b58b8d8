import { singleLine } from './text.js'

/** Reads untrusted JSON files: bounded in depth, and key by key with the expected type. */

/** Deeper than any of these formats nests. */
const MAX_DEPTH = 64

export type Json = Readonly<Record<string, unknown>>

type Parsed =
  { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly message: string }

/** Parses one JSON text. `message` says what is wrong with it without quoting its content. */
export function parseJson(text: string): Parsed {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return { ok: false, message: 'not JSON' }
  }
  return tooDeep(value, 0)
    ? { ok: false, message: `nested more than ${MAX_DEPTH} levels deep` }
    : { ok: true, value }
}

/** Splits a text into its consecutive JSON lists and objects, as a tool that prints page after page leaves them. */
export function jsonParts(text: string): string[] {
  const parts: string[] = []
  let [depth, start, isString] = [0, 0, false]
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at]
    if (isString) {
      if (char === '\\') at += 1
      else if (char === '"') isString = false
    } else if (char === '"') isString = true
    else if (char === '[' || char === '{') {
      if (depth === 0) start = at
      depth += 1
    } else if (char === ']' || char === '}') {
      depth -= 1
      if (depth === 0) parts.push(text.slice(start, at + 1))
      if (depth < 0) return parts
    }
  }
  return depth === 0 ? parts : [...parts, text.slice(start)]
}

export function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Returns the text at a key; null if it is absent, empty or not text. */
export function textAt(json: Json, key: string): string | null {
  // Own keys only: a file may have a key named `constructor`.
  const value = Object.hasOwn(json, key) ? json[key] : undefined
  return typeof value === 'string' && value.trim() !== '' ? value : null
}

/** Returns an ID at a key, from text or a number; null if it is neither. */
export function idAt(json: Json, key: string): string | null {
  return idOf(Object.hasOwn(json, key) ? json[key] : undefined)
}

export function idOf(value: unknown): string | null {
  if (typeof value === 'number' && Number.isFinite(value)) return String(value)
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : null
}

export function listAt(json: Json, key: string): readonly unknown[] {
  const value = Object.hasOwn(json, key) ? json[key] : undefined
  // Cast: Array.isArray returns any[].
  return Array.isArray(value) ? (value as unknown[]) : []
}

export function objectAt(json: Json, key: string): Json | null {
  const value = Object.hasOwn(json, key) ? json[key] : undefined
  return isJson(value) ? value : null
}

/** Returns the texts and numbers of a list as texts, and ignores everything else. */
export function textsAt(json: Json, key: string): string[] {
  return listAt(json, key).flatMap((item) => idOf(item) ?? [])
}

/** Serializes JSON with object keys in code-unit order, so that equal values have equal texts. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (isJson(value)) {
    const members = Object.keys(value)
      .sort()
      .filter((key) => value[key] !== undefined)
      .map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`)
    return `{${members.join(',')}}`
  }
  return JSON.stringify(value ?? null)
}

function tooDeep(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (depth >= MAX_DEPTH) return true
  return Object.values(value).some((child) => tooDeep(child, depth + 1))
}

/** Returns the fields of an item that no register takes, as a list for its file; null if there are none. */
export function otherFields(json: Json, read: ReadonlySet<string>): string | null {
  const rest = Object.entries(json).filter(([key, value]) => !read.has(key) && value !== null && value !== '')
  const lines = rest.map(([key, value]) => `- ${singleLine(key)}: ${singleLine(valueText(value))}`)
  return lines.length === 0 ? null : lines.join('\n')
}

function valueText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
