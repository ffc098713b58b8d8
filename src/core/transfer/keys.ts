/** Import keys: the `causation_id` by which two imports of one thing know each other, in one clone or in two. */
import { createHash } from 'node:crypto'
import { canonical } from './json.js'

/** What an event of an import says, and of what. */
export interface ImportKey {
  readonly format: string
  readonly source: string
  readonly item: string
  /** The register: `created`, `lane`, `title`, `subtask.T001`, `note` … */
  readonly what: string
  readonly h: string
}

const PREFIX = 'import'
/** Longest encoded parts, so that the whole fits into the 200 characters of a causation id. */
const LIMITS = { format: 20, source: 60, item: 56, what: 30, h: 26 } as const

/** `import:<format>:<source>:<item>:<what>:<h>`, each part percent-encoded; a long part ends in a hash of the whole. */
export function importKey(key: ImportKey): string {
  const parts = (['format', 'source', 'item', 'what', 'h'] as const).map((name) =>
    bounded(key[name], LIMITS[name]),
  )
  return [PREFIX, ...parts].join(':')
}

/** The parts as they are in the key: a part that was too long for one comes back with its hash. */
export function parseImportKey(text: string | null): ImportKey | undefined {
  const [prefix, format, source, item, what, h, ...rest] = (text ?? '').split(':')
  if (prefix !== PREFIX || h === undefined || rest.length > 0) return undefined
  try {
    const [one = '', two = '', three = '', four = '', five = ''] = [format, source, item, what, h].map(
      (part) => decodeURIComponent(part ?? ''),
    )
    return { format: one, source: two, item: three, what: four, h: five }
  } catch {
    // decodeURIComponent throws URIError for what no import wrote.
    return undefined
  }
}

/** A name as it comes back from a key, to compare it with one that does. */
export function asInKey(name: 'source' | 'item' | 'what', text: string): string {
  return decodeURIComponent(bounded(text, LIMITS[name]))
}

/**
 * 64 bits of SHA-256 over what was written, by whom, when, and the key of what the register held before, so that A, B
 * and A again are three events. A time or an author that the source does not tell is left out.
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
  // What encodeURIComponent leaves as it is never holds the separator; half a surrogate pair would make it throw.
  const encoded = encodeURIComponent(
    text.replaceAll(/[\ud800-\udfff]/g, (unit, at: number) => (isPaired(text, at) ? unit : '')),
  )
  if (encoded.length <= limit) return encoded
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 12)
  // A cut must not leave half of an escape.
  return `${encoded.slice(0, limit - 13).replace(/%[0-9A-F]?$/, '')}~${hash}`
}

function isPaired(text: string, at: number): boolean {
  const unit = text.charCodeAt(at)
  const [before, after] = [text.charCodeAt(at - 1), text.charCodeAt(at + 1)]
  return unit < 0xdc00 ? after >= 0xdc00 && after <= 0xdfff : before >= 0xd800 && before <= 0xdbff
}
