import { replaceHidden } from './invisible.js'

/** Encodes as JSON and escapes characters that a terminal obeys or does not show. The values are unchanged. */
export function visibleJson(document: unknown, indent?: number): string {
  return escapeHidden(JSON.stringify(document, undefined, indent))
}

/** The same JSON text, with those characters escaped. */
export function escapeHidden(json: string): string {
  return replaceHidden(json, (char) =>
    // Escapes surrogates one by one: JSON has no escape for characters beyond the first plane.
    char
      .split('')
      .map((half) => `\\u${half.charCodeAt(0).toString(16).padStart(4, '0')}`)
      .join(''),
  )
}

/**
 * Replaces those characters by U+FFFD in every string and key, for a document that someone else encodes. They are not
 * taken out: two names that differ in them stay two names.
 */
export function visibleIn<T extends object>(document: T): T
export function visibleIn(value: unknown): unknown {
  if (typeof value === 'string') return visible(value)
  if (Array.isArray(value)) return value.map((item: object) => visibleIn(item))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, item]: [string, object]) => [visible(key), visibleIn(item)]),
  )
}

/** Encodes a document for a page, which shows its texts as they are: those characters are replaced as in `visibleIn`. */
export function shownJson(document: object): string {
  return JSON.stringify(visibleIn(document))
}

function visible(text: string): string {
  return replaceHidden(text, () => '\ufffd')
}
