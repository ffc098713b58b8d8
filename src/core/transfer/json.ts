/** JSON from a file anyone may have written: bounded, and read key by key with the type that is expected there. */

/** Deeper than any of these formats nests. */
const MAX_DEPTH = 64

export type Json = Readonly<Record<string, unknown>>

type Parsed =
  { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly message: string }

/** Reads one JSON text; `message` says what is wrong with it, without repeating what it holds. */
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

/** The JSON lists and objects that stand one after another in a text, as a tool that prints page after page leaves them. */
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

/** The text at a key; null where it is absent, empty or no text. */
export function textAt(json: Json, key: string): string | null {
  // Own keys only: a file may call a key `constructor`.
  const value = Object.hasOwn(json, key) ? json[key] : undefined
  return typeof value === 'string' && value.trim() !== '' ? value : null
}

/** An id at a key, be it text or a number; null where it is neither. */
export function idAt(json: Json, key: string): string | null {
  return idOf(Object.hasOwn(json, key) ? json[key] : undefined)
}

export function idOf(value: unknown): string | null {
  if (typeof value === 'number' && Number.isFinite(value)) return String(value)
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : null
}

export function listAt(json: Json, key: string): readonly unknown[] {
  const value = Object.hasOwn(json, key) ? json[key] : undefined
  // Cast: Array.isArray says any[].
  return Array.isArray(value) ? (value as unknown[]) : []
}

export function objectAt(json: Json, key: string): Json | null {
  const value = Object.hasOwn(json, key) ? json[key] : undefined
  return isJson(value) ? value : null
}

/** Texts and numbers of a list, as texts; all else is left out. */
export function textsAt(json: Json, key: string): string[] {
  return listAt(json, key).flatMap((item) => idOf(item) ?? [])
}

/** One JSON text with object keys in code-unit order, so that equal values have equal texts. */
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
