import { isDeepStrictEqual } from 'node:util'
import { crc32, gunzipSync } from 'node:zlib'
import { compareEvents, entityKey, fold, type LogEvent } from '../../../src/core/events-lib.js'
import type { EventLog } from '../../../src/core/log/event-log.js'
import type { Clone, OpenStore } from './clone.js'
import { FileNode } from './disk.js'
import { withMethod } from './put-faults.js'

/** An invariant of docs/reliability.md that does not hold. */
export class Broken extends Error {
  override readonly name = 'Broken'
}

interface Line {
  readonly file: string
  readonly number: number
  readonly event: LogEvent | undefined
}

/** The log's bytes, read without a line of kitty's code. */
export function linesOf(clone: Clone): Line[] {
  const { disk } = clone.machine
  const { eventsDir } = clone.workspace
  return disk
    .namesIn(eventsDir)
    .filter((name) => name.endsWith('.jsonl'))
    .flatMap((file) => {
      const events = eventsIn(disk.bytesOf(`${eventsDir}/${file}`))
      return events.flatMap((event, at) => (event === 'blank' ? [] : [{ file, number: at + 1, event }]))
    })
}

const parsed = new WeakMap<Buffer, (LogEvent | 'blank' | undefined)[]>()

/** The disk makes new bytes for each change, so the same ones hold the same lines. */
function eventsIn(bytes: Buffer | undefined): (LogEvent | 'blank' | undefined)[] {
  if (bytes === undefined) return []
  // A blank line is none.
  const known = parsed.get(bytes) ?? linesIn(bytes).map((text) => (text === '' ? 'blank' : eventIn(text)))
  parsed.set(bytes, known)
  return known
}

function linesIn(bytes: Buffer): string[] {
  return bytes
    .toString('utf8')
    .split('\n')
    .filter((text, at, all) => text !== '' || at < all.length - 1)
}

function eventIn(text: string): LogEvent | undefined {
  try {
    const value: unknown = JSON.parse(text)
    // Cast: kitty's own lines, or torn ones, which do not parse.
    return typeof value === 'object' && value !== null && 'event_id' in value
      ? (value as LogEvent)
      : undefined
  } catch {
    return undefined
  }
}

export function eventsOf(clone: Clone): Map<string, LogEvent> {
  return new Map(
    linesOf(clone).flatMap(({ event }) => (event === undefined ? [] : [[event.event_id as string, event]])),
  )
}

/**
 * I1. A line on another branch comes back with it. What HEAD has counts while git's index.lock is there: kitty puts
 * nothing back then.
 */
export function nothingIsLost(clone: Clone, where = 'in the log or on another branch'): void {
  const there = eventsOf(clone)
  const lost = [...clone.acknowledged.keys()].filter(
    (id) => !there.has(id) && !isElsewhere(clone, id) && !clone.onlyInGit.has(id),
  )
  if (lost.length > 0)
    throw new Broken(`I1: ${clone.workspace.root}: ${lost.join(', ')} acknowledged and not ${where}`)
}

/** Notes the acknowledged events whose lines git has removed. */
export function noteRemoved(clone: Clone): void {
  const there = eventsOf(clone)
  for (const id of clone.acknowledged.keys()) if (!there.has(id)) clone.removedByGit.add(id)
}

/**
 * Acknowledged events that a power cut may take, by git's doing: it has just removed their lines from the work tree, or
 * rewritten the file, which it never syncs. Kitty's next command would have put them back or on disk, and may have been
 * about to: lines put back are on disk once it has synced them.
 */
export function atGitsMercy(clone: Clone): Set<string> {
  const { disk } = clone.machine
  const { eventsDir } = clone.workspace
  const safe = new Set<string>()
  for (const { file, event } of linesOf(clone)) {
    const node = disk.find(`${eventsDir}/${file}`)
    if (event !== undefined && node instanceof FileNode && node.namedBy === undefined)
      safe.add(event.event_id)
  }
  return new Set([...clone.acknowledged.keys()].filter((id) => !safe.has(id) || clone.removedByGit.has(id)))
}

/**
 * Notes what a power cut has left in the log alone, or on a branch: it took the journal, which is not synced. Kitty's
 * next command protects what is not committed; who has git drop a commit before or after drops its events.
 */
export function noteUnprotected(clone: Clone): void {
  const kept = keptIds(clone)
  const there = eventsOf(clone)
  for (const id of clone.acknowledged.keys())
    if (!kept.has(id) && (there.has(id) || isIn(clone, clone.repository.tips(), id))) clone.onlyInGit.add(id)
}

/** After a command: forgets those of the events that a power cut has taken, and what it protects again. */
export function forgetTaken(clone: Clone, events: ReadonlySet<string>): void {
  const there = eventsOf(clone)
  for (const id of events) if (!there.has(id) && !isElsewhere(clone, id)) clone.acknowledged.delete(id)
  for (const id of keptIds(clone)) clone.onlyInGit.delete(id)
}

/** What journal and archive hold whole: of a record that a power cut tore, kitty takes nothing (docs/formats.md). */
function keptIds({ machine: { disk }, workspace: { journalFile, archiveDir } }: Clone): Set<string> {
  const days = disk.namesIn(archiveDir).filter((name) => /\.jsonl(\.gz)?$/.test(name))
  const archived = days.flatMap((name) => {
    const bytes = disk.bytesOf(`${archiveDir}/${name}`) ?? Buffer.alloc(0)
    return wholeLines(name.endsWith('.gz') ? gunzipSync(bytes) : bytes)
  })
  const lines = [...linesOfRecords(wholeLines(disk.bytesOf(journalFile) ?? Buffer.alloc(0))), ...archived]
  return new Set(lines.flatMap((line) => eventIn(line.toString('utf8'))?.event_id ?? []))
}

/** With their line feeds. */
function wholeLines(bytes: Buffer): Buffer[] {
  const lines: Buffer[] = []
  for (let at = 0, end = bytes.indexOf('\n') + 1; end > 0; at = end, end = bytes.indexOf('\n', at) + 1)
    lines.push(bytes.subarray(at, end))
  return lines
}

/** Lines of whole records, and those without one. */
function linesOfRecords(lines: readonly Buffer[]): Buffer[] {
  const kept: Buffer[] = []
  for (let at = 0; at < lines.length;) {
    const line = lines[at] ?? Buffer.alloc(0)
    at += 1
    const record = /^\{"command":.*"count":(\d+),"crc32":(\d+)\}\n$/.exec(line.toString('utf8'))
    if (record === null) {
      kept.push(line)
      continue
    }
    const own = lines.slice(at, at + Number(record[1]))
    const next = own.findIndex((one) => one.toString('latin1').startsWith('{"command":'))
    const found = next < 0 ? own : own.slice(0, next)
    if (found.length === Number(record[1]) && crc32(Buffer.concat(found)) === Number(record[2]))
      kept.push(...found)
    at += found.length
  }
  return kept
}

function isElsewhere(clone: Clone, id: string): boolean {
  const { repository } = clone
  const { head } = repository
  const tips = [...repository.beyondHead(), ...(repository.isLocked && head !== undefined ? [head] : [])]
  return isIn(clone, tips, id)
}

function isIn({ repository: { objects } }: Clone, commits: readonly string[], id: string): boolean {
  return commits.some((commit) =>
    [...objects.treeOf(commit).values()].some((blob) => objects.bytes(blob).includes(id)),
  )
}

/**
 * Notes which clock values a power cut has taken from the clone's memory, which is not synced: the log has them, until git
 * takes their events away.
 */
export function noteForgotten(clone: Clone): void {
  const next = Number(clone.machine.disk.bytesOf(`${clone.workspace.privateDir}/clock`) ?? 0)
  for (const { event_id, lamport_clock } of clone.acknowledged.values())
    if (lamport_clock >= next) clone.forgotten.add(event_id)
}

/** I3. */
export function clocksAreDistinct(clone: Clone): void {
  const ids = new Map<number, string>()
  for (const { event_id, lamport_clock } of clone.acknowledged.values()) {
    if (clone.forgotten.has(event_id) || clone.onlyInGit.has(event_id)) continue
    const other = ids.get(lamport_clock)
    if (other !== undefined) throw new Broken(`I3: ${other} and ${event_id} share the clock ${lamport_clock}`)
    ids.set(lamport_clock, event_id)
  }
}

/** I2 and I4, by what a store answers. */
export async function answersTheLog(clone: Clone, { store }: OpenStore): Promise<void> {
  const listed = (await store.read()).map((event) => event.event_id as string)
  const lines = linesOf(clone)
  const problems = new Set((await store.problems()).map(({ file, line }) => `${file}:${line}`))
  for (const { file, number, event } of lines)
    if (event === undefined && !problems.has(`${file}:${number}`))
      throw new Broken(`I2: ${file}:${number} is no event and is not reported`)
  const events = [...eventsOf(clone).values()].sort(compareEvents)
  const there = events.map((event) => event.event_id as string)
  if (!isDeepStrictEqual(listed, there)) {
    const [hidden, made] = [
      there.filter((id) => !listed.includes(id)),
      listed.filter((id) => !there.includes(id)),
    ]
    throw new Broken(
      `I4: read does not list ${hidden.join(', ') || 'nothing'}, and lists ${made.join(', ') || 'nothing'} of its own`,
    )
  }
  const states = await store.workPackages()
  const shuffled = clone.machine.random.shuffled([...events, ...events.slice(0, 3)])
  for (const [order, replayed] of Object.entries({ file: events, shuffled })) {
    const folded = foldAll(replayed)
    if (!isSame(states, folded))
      throw new Broken(
        `I4: replay in ${order} order and the index differ:\n${JSON.stringify(states)}\n${JSON.stringify(folded)}`,
      )
  }
}

function foldAll(events: readonly LogEvent[]): unknown[] {
  const packages = new Map<string, LogEvent[]>()
  for (const event of events) {
    const key = `${event.payload.feature_slug} ${event.entity_id}`
    packages.set(key, [...(packages.get(key) ?? []), event])
  }
  return [...packages.keys()].sort().map((key) => fold(packages.get(key) ?? []))
}

/** Without what JSON does not have, as the index stores it. */
function isSame(one: readonly unknown[], other: readonly unknown[]): boolean {
  const [first, second] = [JSON.stringify(one), JSON.stringify(other)]
  return first === second || isDeepStrictEqual(JSON.parse(first), JSON.parse(second))
}

/**
 * An event comes after every event of its entity that the log had when it was written: by its parents, their parents,
 * and so on. Told from the bytes.
 */
export function comesAfterTheLog(clone: Clone, log: EventLog, gitHasWorked: () => boolean): EventLog {
  return withMethod(log, 'append', (append) => (events) => {
    const before = [...eventsOf(clone).values()]
    for (const event of before) clone.seen.set(event.event_id, event)
    const lines = append(events)
    const stored = eventsOf(clone)
    for (const event of stored.values()) clone.seen.set(event.event_id, event)
    if (gitHasWorked()) return lines
    const earlier = [...before]
    for (const { event_id } of events) {
      const event = stored.get(event_id)
      // Git took it away a moment ago.
      if (event === undefined) continue
      const after = ancestorsOf(event, clone.seen)
      const left = earlier.filter((one) => entityKey(one) === entityKey(event) && !after.has(one.event_id))
      if (left.length > 0)
        throw new Broken(
          `${event_id} does not come after ${left.map((one) => one.event_id).join(', ')}, which the log had`,
        )
      earlier.push(event)
    }
    return lines
  })
}

function ancestorsOf(event: LogEvent, known: ReadonlyMap<string, LogEvent>): Set<string> {
  const found = new Set<string>()
  const left: string[] = [...(event.parents ?? [])]
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    if (found.has(next)) continue
    found.add(next)
    left.push(...(known.get(next)?.parents ?? []))
  }
  return found
}
