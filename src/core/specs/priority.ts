import type { Value } from './value.js'

/** 0 is the most urgent. See docs/formats.md. */
export const DEFAULT_PRIORITY = 2
export const LAST_PRIORITY = 4

/** Reads `0` to `4` or `P0` to `P4`. Returns undefined for text that is not a priority. */
export function readPriority(value: Value | undefined): number | undefined {
  if (value === undefined || value.kind === 'none') return DEFAULT_PRIORITY
  const digit = value.kind === 'scalar' ? /^p?([0-4])$/i.exec(value.text.trim())?.[1] : undefined
  return digit === undefined ? undefined : Number(digit)
}
