const UNITS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** A number with a unit (`90s`, `30m`, `4h`, `2d`), in milliseconds; undefined for anything else, and for zero. */
export function parseDuration(text: unknown): number | undefined {
  const [, digits, unit = ''] = typeof text === 'string' ? (/^(\d{1,6})([smhd])$/.exec(text) ?? []) : []
  const duration = Number(digits) * (UNITS[unit] ?? NaN)
  return duration > 0 ? duration : undefined
}
