import { KittyError } from '../../errors/kitty-error.js'
import { quoted } from '../../errors/secrets.js'
import { parseTimestamp } from '../../events-lib.js'

const DAY_FILE = /^[0-9]{4}-[0-9]{2}-[0-9]{2}(?:\.[A-Za-z0-9_-]{1,100})?\.jsonl$/
const DAY = /^[0-9]{4}-[0-9]{2}-[0-9]{2}/

/** True for `YYYY-MM-DD.jsonl` and `YYYY-MM-DD.<writer>.jsonl`. */
export function isDayFile(name: string): boolean {
  return DAY_FILE.test(name)
}

/**
 * The day file that git means by a path; undefined for any other file, also for one in a folder below the log's.
 * @param path @param folder the log's, both from the same folder and with `/`
 */
export function dayFileAt(path: string, folder: string): string | undefined {
  const name = path.slice(folder.length + 1)
  return path.startsWith(`${folder}/`) && isDayFile(name) ? name : undefined
}

/** Chooses the file for a new line. The caller must hold the write lock. */
export interface DayFiles {
  /**
   * Returns the name of the file that an event with this timestamp goes to.
   * @throws KittyError ValidationError: an invalid timestamp must never become a path.
   */
  fileFor(timestamp: string): string
  /** Does the same for a line that git removed from another file of that day. */
  fileForPutBack(timestamp: string): string
}

/** One file per day. */
export const DAILY_FILES: DayFiles = {
  fileFor: (timestamp) => `${dayOf(timestamp)}.jsonl`,
  fileForPutBack: (timestamp) => `${dayOf(timestamp)}.jsonl`,
}

/** @throws KittyError ValidationError */
export function dayOf(timestamp: string): string {
  const day = DAY.exec(timestamp)?.[0]
  if (day !== undefined) return day
  throw new KittyError('ValidationError', `${quoted(timestamp, 40)} is not an event's timestamp.`, {
    nextSteps: ['give RFC 3339 UTC with milliseconds, for example 2026-11-22T09:30:00.000Z'],
  })
}

/** Whether a text is a day of the calendar, `YYYY-MM-DD`. `Date.parse` takes February 30 for March 2. */
export function isDay(text: string): boolean {
  return parseTimestamp(`${text}T00:00:00.000Z`) !== undefined
}

/** Milliseconds since 1970 of a text that begins with a day; NaN where there is no such day or time. */
export function momentOf(text: string): number {
  return isDay(text.slice(0, 10)) ? Date.parse(text) : Number.NaN
}

/** Names of the files with lines that only the hub has brought so far; they are in the private folder. */
export const OVERLAY = 'hub/'

export function isOverlayFile(name: string): boolean {
  return name.startsWith(OVERLAY)
}

/** Whether a file is of this day, `YYYY-MM-DD`. */
export function isOfDay(name: string, day: string): boolean {
  return name.startsWith(day, isOverlayFile(name) ? OVERLAY.length : 0)
}

/** What `kitty hub record` writes: lines that the hub had and no branch; a line that another file has too is no fault. */
export function recordedFile(day: string): string {
  return `${day}${RECORDED}`
}

export function isRecordedFile(name: string): boolean {
  return name.endsWith(RECORDED) && !isOverlayFile(name)
}

/** Of two files with one line, the one with the lower rank has it. */
export function fileRank(name: string): number {
  return isOverlayFile(name) ? 2 : isRecordedFile(name) ? 1 : 0
}

const RECORDED = '.hub.jsonl'
