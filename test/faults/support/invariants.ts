import { lstatSync, readFileSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import {
  causalOrder,
  fold,
  type LogEvent,
  trustedMaximum,
  type WorkPackageState,
} from '../../../src/core/events-lib.js'
import type { LogProblem } from '../../../src/core/log/event-log.js'
import { ACTOR } from './inside.js'
import { keptEvents, logFiles, logLines } from './oracle.js'
import { outsideOf } from './outside.js'
import type { World } from './world.js'
import { Verify } from '../../../src/core/services/verify/verify.js'

export interface Exempt {
  /** The fault, or what git left of it, makes the next write put the log in order: I8 does not hold. */
  readonly rewritten?: boolean
  /** Nothing can be written any more: the next command is a reading one (I7). */
  readonly unwritable?: boolean
}

/** Checks I1–I8 after a fault: by the bytes on the disk, and by what the next commands answer. Throws what is broken. */
export async function checkInvariants(world: World, exempt: Exempt = {}): Promise<void> {
  onDisk(world, exempt)
  if (!exempt.unwritable) await nextWriteWorks(world)
  await replaysToOneState(world)
  onDisk(world, exempt)
  if (!exempt.unwritable) everyTailIsWhole(world)
  world.remember()
}

function onDisk(world: World, exempt: Exempt): void {
  acknowledgedIsKept(world)
  nothingOutside(world)
  if (!exempt.rewritten) onlyAppended(world)
  clocksAreDistinct(world)
}

/** I1. */
function acknowledgedIsKept(world: World): void {
  const kept = keptEvents(world.root)
  const lost = [...world.acknowledged].filter((id) => !kept.has(id))
  if (lost.length > 0) throw new Error(`I1: acknowledged and lost: ${lost.join(', ')}`)
}

/** I5. */
export function nothingOutside(world: World): void {
  const now = outsideOf(world.folder)
  const before = world.remembered.outside
  const paths = [...new Set([...before.keys(), ...now.keys()])].filter(
    (path) => before.get(path) !== now.get(path),
  )
  if (paths.length > 0) throw new Error(`I5: written outside: ${paths.join(', ')}`)
}

/** I8: complete lines only, since a torn tail is no line. */
function onlyAppended(world: World): void {
  const now = logFiles(world.root)
  for (const [file, before] of world.remembered.lines) {
    const whole = before.subarray(0, before.lastIndexOf(0x0a) + 1)
    const after = now.get(file) ?? Buffer.alloc(0)
    if (!after.subarray(0, whole.length).equals(whole))
      throw new Error(`I8: ${file} does not begin as it did`)
  }
}

/** I3, first half. */
function clocksAreDistinct(world: World): void {
  const written = new Map<number, string>()
  for (const { event } of logLines(world.root)) {
    if (event?.actor !== ACTOR) continue
    const other = written.get(event.lamport_clock)
    if (other !== undefined && other !== event.event_id)
      throw new Error(`I3: ${other} and ${event.event_id} share the clock ${event.lamport_clock}`)
    written.set(event.lamport_clock, event.event_id)
  }
}

/** I7, and I3's second half. */
async function nextWriteWorks(world: World): Promise<void> {
  const before = trustedClock(world)
  const event = await world.note('the next command')
  if (event.lamport_clock <= before)
    throw new Error(`I3: the clock issued ${event.lamport_clock} after the log's maximum ${before}`)
  if (!lstatSync(world.clockFile, { throwIfNoEntry: false })?.isFile()) return
  // Cast: what kitty wrote a moment ago.
  const { value } = JSON.parse(readFileSync(world.clockFile, 'utf8')) as { value: number }
  if (!(value > trustedClock(world)))
    throw new Error(`I3: clock.json says ${value}, not above the log's maximum`)
}

function trustedClock(world: World): number {
  const clocks = logLines(world.root).flatMap(({ event }) => event?.lamport_clock ?? [])
  return trustedMaximum([...new Set(clocks)].sort((a, b) => a - b)).maximum
}

/** After a write there is no trace of a crash left. */
function everyTailIsWhole(world: World): void {
  for (const [file, bytes] of logFiles(world.root))
    if (bytes.length > 0 && bytes.at(-1) !== 0x0a)
      throw new Error(`I7: ${file} ends in a torn tail after a write`)
}

/** I2 and I4: what the index answers is what the lines say, in any order and however often. */
async function replaysToOneState(world: World): Promise<void> {
  const { listed, states, problems } = await world.inside(async ({ resolver, store }) => {
    const [listed, states] = [await store.read(), await store.workPackages()]
    const verify = await resolver.resolve(Verify)
    return { listed, states, problems: (await verify.verify()).problems }
  })
  everyLineIsAccountedFor(world, listed, problems)
  const events = logLines(world.root).flatMap(({ event }) => event ?? [])
  const ids = causalOrder(events).map((event) => event.event_id)
  if (
    !isDeepStrictEqual(
      listed.map((event) => event.event_id),
      ids,
    )
  )
    throw new Error('I4: the index lists other events than the log holds')
  const orders = { file: events, reversed: [...events].reverse(), repeated: [...events, ...events] }
  for (const [order, replayed] of Object.entries(orders)) {
    const folded = foldAll(replayed, trustedClock(world))
    if (!isDeepStrictEqual(plain(states), plain(folded)))
      throw new Error(`I4: replay in ${order} order and the index differ`)
  }
}

function everyLineIsAccountedFor(
  world: World,
  listed: readonly LogEvent[],
  problems: readonly LogProblem[],
): void {
  const ids = new Set<string>(listed.map((event) => event.event_id))
  const reported = new Set(problems.map(({ file, line }) => `${file}:${line}`))
  for (const { file, line, event } of logLines(world.root)) {
    if (reported.has(`${file}:${line}`)) continue
    if (event === undefined) throw new Error(`I2: ${file}:${line} is no event and is not reported`)
    if (!ids.has(event.event_id)) throw new Error(`I2: ${file}:${line} is an event and is hidden`)
  }
}

function foldAll(events: readonly LogEvent[], trusted: number): WorkPackageState[] {
  const packages = new Map<string, LogEvent[]>()
  for (const event of events) {
    if (event.entity_type !== 'WorkPackage' || event.lamport_clock > trusted) continue
    const key = `${event.payload.feature_slug} ${event.entity_id}`
    packages.set(key, [...(packages.get(key) ?? []), event])
  }
  return [...packages.keys()].sort().flatMap((key) => fold(packages.get(key) ?? []) ?? [])
}

/** Without what JSON does not have, as the index stores it. */
function plain(states: readonly WorkPackageState[]): unknown {
  return JSON.parse(JSON.stringify(states))
}
