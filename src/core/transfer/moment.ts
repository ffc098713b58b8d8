import type { Moment } from './document.js'

// Year, month, day, then optionally hour, minute, second and fraction, then optionally a zone.
const EXTENDED =
  /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,12}))?)?)?\s?(Z|z|[+-]\d\d(?::?\d\d)?)?$/
/** `20260123T102345Z`, the form that taskwarrior exports. */
const BASIC = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(Z)?$/

/**
 * Parses a time as foreign tools write it: any offset, a fraction of any length, a date only, or no zone.
 * @param zone IANA name or `±HH:MM` for a time without a zone; UTC by default
 * @returns UTC with milliseconds (a finer fraction is truncated), or null for anything that is not a time since 1970
 */
export function parseMoment(text: unknown, zone?: string): Moment | null {
  if (typeof text !== 'string') return null
  const match = EXTENDED.exec(text.trim()) ?? BASIC.exec(text.trim())
  if (match === null) return null
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1, 7).map(Number)
  const [fraction, offset] = match.length > 8 ? [match[7], match[8]] : [undefined, match[7]]
  const millis = Number((fraction ?? '').slice(0, 3).padEnd(3, '0'))
  const seconds = Number.isNaN(second) ? 0 : second
  const utc = Date.UTC(year, month - 1, day, hour || 0, minute || 0, seconds, millis)
  // Reject 31 April: Date.UTC would turn it into 1 May.
  const day0 = new Date(Date.UTC(year, month - 1, day))
  if (day0.getUTCMonth() !== month - 1 || day0.getUTCDate() !== day) return null
  if ((hour || 0) > 23 || (minute || 0) > 59 || seconds > 60) return null
  const at = offset === undefined ? fromZone(utc, zone) : utc - offsetMillis(offset)
  return at === undefined ? null : momentOf(at)
}

/** @param at milliseconds since 1970 @returns null for what an event's timestamp cannot hold */
export function momentOf(at: number): Moment | null {
  // An event's ID holds milliseconds since 1970 in 48 bits, its timestamp a four-digit year.
  if (!Number.isSafeInteger(at) || at < 0 || at > Date.UTC(9999, 11, 31, 23, 59, 59, 999)) return null
  return new Date(at).toISOString()
}

/** @returns whether {@link parseMoment} can use it */
export function isZone(zone: string): boolean {
  return /^[+-]\d\d:\d\d$/.test(zone) || fromZone(0, zone) !== undefined
}

function offsetMillis(offset: string): number {
  if (offset === 'Z' || offset === 'z') return 0
  const sign = offset.startsWith('-') ? -1 : 1
  const digits = offset.slice(1).replace(':', '').padEnd(4, '0')
  return sign * (Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2))) * 60_000
}

/** Returns the moment at which clocks in `zone` show what `wall` shows in UTC. */
function fromZone(wall: number, zone: string | undefined): number | undefined {
  if (zone === undefined) return wall
  if (/^[+-]\d\d:\d\d$/.test(zone)) return wall - offsetMillis(zone)
  const first = zoneOffset(wall, zone)
  if (first === undefined) return undefined
  // Use the offset at that very moment: around a clock change it differs from the first guess.
  const second = zoneOffset(wall - first, zone)
  return second === undefined ? undefined : wall - second
}

const formats = new Map<string, Intl.DateTimeFormat>()

function zoneOffset(at: number, zone: string): number | undefined {
  let format = formats.get(zone)
  try {
    format ??= new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
  } catch {
    // Intl throws RangeError for an unknown zone.
    return undefined
  }
  formats.set(zone, format)
  const part = new Map<string, number>(
    format.formatToParts(at).map(({ type, value }) => [type, Number(value)]),
  )
  const of = (type: string): number => part.get(type) ?? 0
  const shown = Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'), of('second'))
  return shown - Math.floor(at / 1000) * 1000
}
