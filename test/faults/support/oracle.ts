import { isUtf8 } from 'node:buffer'
import { existsSync, lstatSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type LogEvent, parseEvent } from '../../../src/core/events-lib.js'
import { gitIn } from '../../support/temp-repository.js'

/** The log read without any of the program's own reading code but the definition of an event. */

const DAY_FILE = /^\d{4}-\d\d-\d\d.*\.jsonl$/

export interface OracleLine {
  readonly file: string
  /** Counted from 1. */
  readonly line: number
  readonly bytes: Buffer
  /** Undefined where the line is none by the letter of formats.md. */
  readonly event: LogEvent | undefined
}

/** Bytes of every day file, by name. */
export function logFiles(root: string): Map<string, Buffer> {
  const folder = join(root, '.kittify', 'events')
  // Something else may stand in its place, and is no log then.
  if (!existsSync(folder) || !lstatSync(folder).isDirectory()) return new Map()
  const names = readdirSync(folder).filter(
    (name) => DAY_FILE.test(name) && lstatSync(join(folder, name)).isFile(),
  )
  return new Map(names.sort().map((name) => [name, readFileSync(join(folder, name))]))
}

/** Every complete line that is not empty. */
export function logLines(root: string): OracleLine[] {
  return [...logFiles(root)].flatMap(([file, bytes]) => linesOf(file, bytes))
}

function linesOf(file: string, bytes: Buffer): OracleLine[] {
  const lines: OracleLine[] = []
  let line = 0
  for (let start = 0; ; line += 1) {
    const end = bytes.indexOf(0x0a, start)
    if (end < 0) return lines
    const text = bytes.subarray(start, bytes[end - 1] === 0x0d ? end - 1 : end)
    start = end + 1
    if (text.length > 0) lines.push({ file, line: line + 1, bytes: text, event: eventIn(text) })
  }
}

function eventIn(bytes: Buffer): LogEvent | undefined {
  if (bytes.length >= 256 * 1024 || !isUtf8(bytes) || bytes.includes(0x0d)) return undefined
  try {
    const text = bytes.toString('utf8')
    const value: unknown = JSON.parse(text)
    if (keysWritten(text) !== keysIn(value)) return undefined
    const result = parseEvent(value)
    return result.ok ? result.event : undefined
  } catch {
    return undefined
  }
}

/** Every string token, of which those with a colon behind them are keys. */
function keysWritten(text: string): number {
  return (text.match(/"(?:[^"\\]|\\.)*"(?:\s*:)?/g) ?? []).filter((token) => token.endsWith(':')).length
}

function keysIn(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  const own = Array.isArray(value) ? 0 : Object.keys(value).length
  return Object.values(value).reduce<number>((count, child) => count + keysIn(child), own)
}

/** Ids of the events in complete lines of the work tree, HEAD and the journal: what I1 counts as kept. */
export function keptEvents(root: string): Set<string> {
  const journal = linesOf('', journalBytes(root))
  const lines = [...logLines(root), ...committedLines(root), ...journal]
  return new Set(lines.flatMap(({ event }) => event?.event_id ?? []))
}

function committedLines(root: string): OracleLine[] {
  const git = (...args: string[]): string => gitIn(root, '-c', 'safe.directory=*', ...args)
  const names = git('ls-tree', '-r', '--name-only', 'HEAD', '.kittify/events').split('\n').filter(Boolean)
  return names.flatMap((name) => linesOf(name, Buffer.from(git('show', `HEAD:${name}`))))
}

function journalBytes(root: string): Buffer {
  const path = join(root, '.git', 'kitty', 'journal.jsonl')
  return existsSync(path) ? readFileSync(path) : Buffer.alloc(0)
}

/** The lane of a work package by log and journal alone: `planned` until a status event says other. */
export function laneOf(root: string, workPackage: string): string {
  let lane = 'planned'
  let clock = 0
  const journal = linesOf('', journalBytes(root))
  for (const { event } of [...logLines(root), ...journal]) {
    if (event?.event_type !== 'WPStatusChanged' || event.entity_id !== workPackage) continue
    if (event.lamport_clock < clock || event.lamport_clock > 900_000) continue
    clock = event.lamport_clock
    // Cast: the type says which payload it is.
    lane = (event.payload as unknown as { new_status: string }).new_status
  }
  return lane
}
