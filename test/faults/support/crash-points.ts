import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { checkInvariants } from './invariants.js'
import { logLines } from './oracle.js'
import type { Outcome } from './program.js'
import { hasStruck, striking } from './shim.js'
import type { WritingCommand } from './writing-commands.js'
import { expectExit, World } from './world.js'

/** What happens to the n-th call of such a kind; shim.c has the words. */
export interface Crash {
  readonly name: string
  readonly calls: string
  readonly action: string
  /** To every call from then on, as with a full disk. */
  readonly lasts?: true
  /** Also in `npm test`. */
  readonly isShort?: true
}

export const CRASHES: readonly Crash[] = [
  { name: 'SIGKILL before it', calls: 'change', action: 'kill', isShort: true },
  { name: '7 bytes written, then SIGKILL', calls: 'write', action: 'torn7' },
  { name: '7 bytes written', calls: 'write', action: 'short7' },
  { name: 'ENOSPC', calls: 'grow', action: 'E28', lasts: true, isShort: true },
  { name: 'EDQUOT', calls: 'grow', action: 'E122', lasts: true },
  { name: 'EIO', calls: 'change', action: 'E5', isShort: true },
  { name: 'EACCES', calls: 'names', action: 'E13' },
  { name: 'EMFILE', calls: 'opens', action: 'E24', isShort: true },
  { name: 'EINTR', calls: 'change', action: 'E4' },
]

const KEY = 'once'
/** Refused, damaged or not writable, locked, not ready, lost the race: docs/commands.md. */
const REFUSALS = [1, 2, 3, 4, 5, 6]

/**
 * Does it to the command's first call, then to its second, until the command has no such call, and checks the invariants
 * after each. Each from a fresh copy of the same world.
 * @param first @param stride of the calls, counted from 1, only these
 * @returns how many were tried
 */
export async function crashAtEachCall(
  command: WritingCommand,
  crash: Crash,
  { first = 1, stride = 1 } = {},
): Promise<number> {
  const whole = await reference(command)
  for (let n = first, tried = 0; ; n += stride) {
    const world = await prepared(command)
    const rule = `${crash.calls}:${world.root}:${n}${crash.lasts ? '+' : ''}:${crash.action}`
    const outcome = await run(command, world, striking(world, rule))
    const at = `${command.title}, ${crash.name} at call ${n}:`
    if (!hasStruck(world)) {
      expectExit(outcome, 0, at)
      return tried
    }
    tried += 1
    try {
      await checkOutcome(command, { world, outcome, crash, whole })
    } catch (error) {
      throw new Error(`${at} ${error instanceof Error ? error.message : String(error)}\n${said(outcome)}`, {
        cause: error,
      })
    }
  }
}

interface Whole {
  readonly events: number
  readonly specs: ReadonlyMap<string, string>
}

async function reference(command: WritingCommand): Promise<Whole> {
  const world = await prepared(command)
  expectExit(await run(command, world), 0, command.title)
  return { events: eventsOf(world), specs: specsOf(world) }
}

async function prepared({ prepare }: WritingCommand): Promise<World> {
  const world = await World.make()
  await prepare?.(world)
  return world
}

function run(
  { args, isKeyed }: WritingCommand,
  world: World,
  env: Record<string, string> = {},
): Promise<Outcome> {
  const words = typeof args === 'function' ? args(world) : args
  return world.kitty([...words, ...(isKeyed ? ['--idempotency-key', KEY] : []), '--json'], { env })
}

async function checkOutcome(
  command: WritingCommand,
  { world, outcome, crash, whole }: { world: World; outcome: Outcome; crash: Crash; whole: Whole },
): Promise<void> {
  const isKilled = crash.action === 'kill' || crash.action.startsWith('torn')
  if (isKilled) expect(outcome.exit).toBe(137)
  else expect([0, ...REFUSALS]).toContain(outcome.exit)
  expect(outcome.stdout + outcome.stderr).not.toContain('InternalError')
  await checkInvariants(world, command.exempt)
  if (command.isKeyed) {
    const found = eventsOf(world)
    if (found !== whole.events && (found !== 0 || outcome.exit === 0))
      throw new Error(`I6: ${found} of ${whole.events} events, exit ${outcome.exit}`)
  }
  // What it could not do, it has said; the repeat does it.
  if (outcome.exit !== 0 || outcome.stderr !== '') expectExit(await run(command, world), 0, 'again,')
  expect(eventsOf(world)).toBe(whole.events)
  if (!command.hasTimes) expect(specsOf(world)).toEqual(whole.specs)
}

/** The events of the command. */
function eventsOf(world: World): number {
  const ids = logLines(world.root).flatMap(({ event }) =>
    event?.causation_id === KEY ? [event.event_id] : [],
  )
  return new Set(ids).size
}

function specsOf(world: World): Map<string, string> {
  const folder = world.path('kitty-specs')
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  )
  const paths = files.map((entry) => join(entry.parentPath, entry.name))
  return new Map(paths.sort().map((path) => [path.slice(folder.length), readFileSync(path, 'utf8')]))
}

function said({ stdout, stderr }: Outcome): string {
  return `stdout: ${stdout.slice(0, 600)}\nstderr: ${stderr.slice(0, 600)}`
}
