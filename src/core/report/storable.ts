/** NUL, and halves of surrogate pairs. */
const UNFIT = /\0|\p{Surrogate}/u

/**
 * The same value with strings that PostgreSQL's text and jsonb take: without NUL, and with U+FFFD for half of a surrogate
 * pair. Dates stay.
 */
export function storable<T>(value: T): T {
  // Casts: every part keeps its type.
  if (typeof value === 'string') return fit(value) as T
  if (typeof value !== 'object' || value === null || value instanceof Date) return value
  if (Array.isArray(value)) return value.map((one: unknown) => storable(one)) as T
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [fit(key), storable(one) as unknown]),
  ) as T
}

function fit(text: string): string {
  return UNFIT.test(text) ? text.replaceAll('\0', '').replaceAll(/\p{Surrogate}/gu, '\ufffd') : text
}
