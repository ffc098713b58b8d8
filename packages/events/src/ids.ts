import type { EntityId, EventId, FeatureSlug, LamportClock, Timestamp } from './event.js'

const NAME_LENGTH = 200
const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
// The first character carries three bits: a ULID is 128 bits in 26 × 5.
const ULID = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/
const TIMESTAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/
const MOMENT = /^(\d{4}-\d\d-\d\d)[Tt](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(?:[Zz]|([+-])(\d\d):(\d\d))$/
// C0, DEL and C1: characters that move a terminal's cursor or end a line.
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/
// Lower case, but for the first eight characters of a ULID at the end, which other programs write in upper case.
const PLAIN_SLUG = /^[a-z0-9](?:[a-z0-9._-]*|[a-z0-9-]*-[0-7][0-9A-HJKMNP-TV-Z]{7})$/
// Names that reach Object.prototype when used as a key of a plain object.
const RESERVED: ReadonlySet<string> = new Set([...Object.getOwnPropertyNames(Object.prototype), 'prototype'])
const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

/** @returns the id, or undefined when the text is not an upper-case ULID */
export function parseEventId(text: unknown): EventId | undefined {
  // Cast: the only place where a string becomes an EventId.
  return typeof text === 'string' && ULID.test(text) ? (text as EventId) : undefined
}

/** The id of an event as a log may hold it: any name. {@link parseEventId} is what a new event may have as its own. */
export function readEventId(text: unknown): EventId | undefined {
  // Cast: the only other place where a string becomes an EventId.
  return isName(text) ? (text as EventId) : undefined
}

/** @returns milliseconds since 1970 from the first 48 bits of a ULID, undefined for another id; never used to order */
export function eventIdTime(id: EventId): number | undefined {
  if (!ULID.test(id)) return undefined
  let time = 0
  for (let at = 0; at < 10; at += 1) time = time * 32 + CROCKFORD.indexOf(id.charAt(at))
  return time
}

/** @returns the value, or undefined when it is not an integer from 1 to 2^53−1 */
export function parseLamportClock(value: unknown): LamportClock | undefined {
  // Cast: the only place where a number becomes a LamportClock.
  return Number.isSafeInteger(value) && (value as number) >= 1 ? (value as LamportClock) : undefined
}

/** @returns the name, or undefined when it is empty, over 200 characters, reserved or holds a control character */
export function parseEntityId(text: unknown): EntityId | undefined {
  // Cast: the only place where a string becomes an EntityId.
  return isName(text) ? (text as EntityId) : undefined
}

/** Generous, since it reads what others wrote; {@link isPlainSlug} is what may be written. */
export function parseFeatureSlug(text: unknown): FeatureSlug | undefined {
  // Cast: the only place where a string becomes a FeatureSlug.
  return isName(text) ? (text as FeatureSlug) : undefined
}

/** @returns whether the slug is safe as a folder, branch and file name everywhere */
export function isPlainSlug(text: string): boolean {
  return (
    text.length <= 100 && PLAIN_SLUG.test(text) && !text.includes('..') && !text.endsWith('.') && isName(text)
  )
}

/** @returns the text, or undefined when it is not a moment of the calendar in the form `2026-11-22T10:00:00.000Z` */
export function parseTimestamp(text: unknown): Timestamp | undefined {
  if (typeof text !== 'string' || !TIMESTAMP.test(text)) return undefined
  const [year, month, day] = [
    twoDigits(text, 0) * 100 + twoDigits(text, 2),
    twoDigits(text, 5),
    twoDigits(text, 8),
  ]
  const lastDay = lastDayOf(year, month)
  const timeIsValid = twoDigits(text, 11) <= 23 && twoDigits(text, 14) <= 59 && twoDigits(text, 17) <= 59
  // Cast: the only place where a string becomes a Timestamp.
  return day >= 1 && day <= lastDay && timeIsValid ? (text as Timestamp) : undefined
}

/**
 * A moment as other programs write it: RFC 3339 with or without fractions of a second, with `Z` or an offset.
 * @returns the moment in UTC and milliseconds, further digits cut off; undefined when the text is not a moment
 */
export function readTimestamp(text: unknown): Timestamp | undefined {
  const strict = parseTimestamp(text)
  if (strict !== undefined || typeof text !== 'string' || text.length > 64) return strict
  const [, date = '', time = '', fraction = '', sign, hours = '', minutes = ''] = MOMENT.exec(text) ?? []
  const local = parseTimestamp(`${date}T${time}.${fraction.slice(0, 3).padEnd(3, '0')}Z`)
  if (local === undefined || sign === undefined) return local
  const [hour, minute] = [Number(hours), Number(minutes)]
  if (hour > 23 || minute > 59) return undefined
  return movedBy(local, (sign === '+' ? -1 : 1) * (hour * 60 + minute))
}

/** @param minutes less than a day */
function movedBy(moment: Timestamp, minutes: number): Timestamp | undefined {
  const total = twoDigits(moment, 11) * 60 + twoDigits(moment, 14) + minutes
  const day = total < 0 ? -1 : total >= 1440 ? 1 : 0
  const inDay = total - day * 1440
  const time = `${padded(Math.floor(inDay / 60), 2)}:${padded(inDay % 60, 2)}`
  return parseTimestamp(`${movedDate(moment.slice(0, 10), day)}T${time}${moment.slice(16)}`)
}

/** @param days -1, 0 or 1 */
function movedDate(date: string, days: number): string {
  let [year, month, day] = [Number(date.slice(0, 4)), Number(date.slice(5, 7)), Number(date.slice(8)) + days]
  if (day < 1) {
    month -= 1
    if (month < 1) [year, month] = [year - 1, 12]
    day = lastDayOf(year, month)
  } else if (day > lastDayOf(year, month)) {
    day = 1
    month += 1
    if (month > 12) [year, month] = [year + 1, 1]
  }
  return `${padded(year, 4)}-${padded(month, 2)}-${padded(day, 2)}`
}

function lastDayOf(year: number, month: number): number {
  const leap = month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  return leap ? 29 : (DAYS[month - 1] ?? 0)
}

function padded(value: number, width: number): string {
  return String(value).padStart(width, '0')
}

function twoDigits(text: string, at: number): number {
  return text.charCodeAt(at) * 10 + text.charCodeAt(at + 1) - 11 * 48
}

/** @returns whether the text can name something: not empty, at most 200 characters, no control character, not reserved */
export function isName(text: unknown): text is string {
  return (
    typeof text === 'string' &&
    text.length > 0 &&
    text.length <= NAME_LENGTH &&
    !CONTROL.test(text) &&
    !RESERVED.has(text)
  )
}
