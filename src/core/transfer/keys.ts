/** Import keys: the `causation_id` by which two imports recognize the same thing, in one clone or in two. */
import { createHash } from 'node:crypto'
import { canonical } from './json.js'

/** Identifies what an import's event says, and about which item. */
export interface ImportKey {
  readonly format: string
  readonly source: string
  readonly item: string
  /** The register: `created`, `lane`, `title`, `subtask.T001`, `note` … */
  readonly what: string
  readonly h: string
}

const PREFIX = 'import'
/** Maximum length of a causation ID. */
const LONGEST = 200
/** Maximum encoded length of each part. All of them at their longest come to three characters more than a key may have. */
const LIMITS = { format: 20, source: 60, item: 56, what: 30, h: 26 } as const

/**
 * Builds `import:<format>:<source>:<item>:<what>:<h>`, each part percent-encoded. A part that is too long is cut and
 * ends in a hash of the whole part.
 */
export function importKey(key: ImportKey): string {
  const parts = (['format', 'source', 'item', 'what', 'h'] as const).map((name) =>
    bounded(key[name], LIMITS[name]),
  )
  const whole = [PREFIX, ...parts].join(':')
  const excess = whole.length - LONGEST
  // Only then, so that earlier imports are recognized; the last part is the one that nothing else is compared with.
  return excess <= 0
    ? whole
    : importKey({ ...key, h: bounded(key.h, encodeURIComponent(key.h).length - excess) })
}

/** Returns the parts as the key holds them: a part that was too long comes back cut, with its hash. */
export function parseImportKey(text: string | null): ImportKey | undefined {
  const [prefix, format, source, item, what, h, ...rest] = (text ?? '').split(':')
  if (prefix !== PREFIX || h === undefined || rest.length > 0) return undefined
  try {
    const [one = '', two = '', three = '', four = '', five = ''] = [format, source, item, what, h].map(
      (part) => decodeURIComponent(part ?? ''),
    )
    return { format: one, source: two, item: three, what: four, h: five }
  } catch {
    // decodeURIComponent throws URIError for a text that no import wrote.
    return undefined
  }
}

/** Returns a name as a key would hold it, to compare it with one parsed from a key. */
export function asInKey(name: 'source' | 'item' | 'what', text: string): string {
  return decodeURIComponent(bounded(text, LIMITS[name]))
}

/**
 * Returns 64 bits of SHA-256 over what was written, by whom, when, and the key of the register's previous value, so
 * that A, B and A again are three events. Omits a time or author that the source does not give.
 */
export function valueHash(
  value: unknown,
  by: string | null,
  at: string | null,
  previous: string | null,
): string {
  return createHash('sha256')
    .update(canonical([value, by, at, previous]))
    .digest('hex')
    .slice(0, 16)
}

function bounded(text: string, limit: number): string {
  // Characters that encodeURIComponent keeps never include the separator; it would throw on half a surrogate pair.
  const encoded = encodeURIComponent(
    text.replaceAll(/[\ud800-\udfff]/g, (unit, at: number) => (isPaired(text, at) ? unit : '')),
  )
  if (encoded.length <= limit) return encoded
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 12)
  // Don't cut an escape in half.
  return `${encoded.slice(0, limit - 13).replace(/%[0-9A-F]?$/, '')}~${hash}`
}

function isPaired(text: string, at: number): boolean {
  const unit = text.charCodeAt(at)
  const [before, after] = [text.charCodeAt(at - 1), text.charCodeAt(at + 1)]
  return unit < 0xdc00 ? after >= 0xdc00 && after <= 0xdfff : before >= 0xd800 && before <= 0xdbff
}
