/** The two forms of a feature's name: `017-user-login` and `user-login-01KW6N8W`. See docs/formats.md, "Names". */
import { join } from 'node:path'

interface FeatureName {
  readonly slug: string
  /** Undefined for a name without a number, even if its words begin with digits. */
  readonly number: number | undefined
  readonly words: string
  /** The first eight characters of a ULID, as found. */
  readonly ulid: string | undefined
}

const NUMBERED = /^(\d{3,9})-([a-z0-9][a-z0-9-]{0,95})$/
const WITH_ULID = /^([a-z0-9][a-z0-9-]{0,90})-([0-7](?:[0-9A-HJKMNP-TV-Z]{7}|[0-9a-hjkmnp-tv-z]{7}))$/

/**
 * Parses a name, trying the numbered form first. Returns undefined for text in neither form, which never becomes a
 * path.
 */
export function featureName(slug: string): FeatureName | undefined {
  const [, number, words] = NUMBERED.exec(slug) ?? []
  if (number !== undefined && words !== undefined && slug.length <= 100)
    return { slug, number: Number(number), words, ulid: undefined }
  const [, before, ulid] = WITH_ULID.exec(slug) ?? []
  return before === undefined ? undefined : { slug, number: undefined, words: before, ulid }
}

/** A feature's number, or undefined for a name without one. */
export function numberOfFeature(slug: string): number | undefined {
  return featureName(slug)?.number
}

/** The name with the number after the greatest of these, or undefined if no number is left after that. */
export function nextFeatureName(words: string, known: readonly string[]): string | undefined {
  const last = numberOfFeature(lastFeature(known) ?? '') ?? 0
  const slug = `${String(last + 1).padStart(3, '0')}-${words}`
  return numberOfFeature(slug) === undefined ? undefined : slug
}

/** The name with the greatest number. */
export function lastFeature(known: readonly string[]): string | undefined {
  const numbered = known.filter((slug) => numberOfFeature(slug) !== undefined)
  return numbered.sort(compareFeatures).at(-1)
}

/** The words of the name, separated by spaces: the title of last resort. */
export function wordsOfFeature(slug: string): string {
  return (featureName(slug)?.words ?? slug).replaceAll('-', ' ')
}

/** Sorts by number, then by name. Names without a number come last. */
export function compareFeatures(a: string, b: string): number {
  const [left, right] = [numberOfFeature(a) ?? Infinity, numberOfFeature(b) ?? Infinity]
  return left === right ? (a < b ? -1 : a > b ? 1 : 0) : left - right
}

/** The absolute path of a feature's folder, or undefined for text that is not a feature's name. */
export function featureDir(specsDir: string, slug: string): string | undefined {
  return featureName(slug) === undefined ? undefined : join(specsDir, slug)
}
