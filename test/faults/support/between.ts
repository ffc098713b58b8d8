import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { gitIn } from '../../support/temp-repository.js'
import { checkInvariants } from './invariants.js'
import { logLines } from './oracle.js'
import { packageFile } from './package-file.js'
import type { Outcome } from './program.js'
import { stoppedAt } from './stopped.js'
import { World } from './world.js'

/** A command that is stopped in front of one of its calls. */
export interface Halted {
  readonly title: string
  readonly args: readonly string[] | ((world: World) => readonly string[])
  readonly prepare?: (world: World) => Promise<unknown>
  /** Looks for what is wrong, and what git takes away is: it is not tried with git. */
  readonly isLook?: true
  /** The old log need not be the beginning of the new one. */
  readonly rewrites?: true
}

/** What another process does then, from its beginning to its end. */
export interface Step {
  readonly title: string
  readonly isGit?: true
  /** The old log need not be the beginning of the new one. */
  readonly rewrites?: true
  /** Must be in the file of WP01 afterwards. */
  readonly leaves?: string
  /** @returns what a command came to */
  readonly take: (world: World) => Promise<Outcome | undefined>
}

/** Refused by the rules, locked, or lost the race: docs/commands.md. */
const REFUSALS = [1, 4, 6]
const QUICK = { env: { KITTY_LOCK_TIMEOUT_MS: '20', KITTY_SESSION: 'other' } }
const SAVED = 'saved by an editor\n'

const command =
  (...args: string[]) =>
  (world: World): Promise<Outcome> =>
    world.kitty([...args, '--json'], QUICK)

const ready = async (world: World): Promise<void> => {
  world.git('config', 'user.name', 'Ada')
  world.git('config', 'user.email', 'ada@example.org')
  await world.note('before')
  world.remember()
}

export const HALTED: readonly Halted[] = [
  { title: 'claim', args: ['claim', 'WP01'] },
  { title: 'move of two packages', args: ['move', 'WP01', 'WP03', 'doing'] },
  { title: 'note', args: ['note', 'WP01', 'a note'] },
  { title: 'new', args: ['new', 'A part'] },
  { title: 'edit', args: ['edit', 'WP01', '--title', 'Mine'] },
  { title: 'sync', args: ['sync'] },
  { title: 'status', args: ['status'] },
  { title: 'show', args: ['show', 'WP01'] },
  { title: 'next --claim', args: ['next', '--claim'] },
  { title: 'verify', args: ['agent', 'events', 'verify'], isLook: true },
  { title: 'doctor', args: ['doctor'], isLook: true },
  { title: 'doctor --fix', args: ['doctor', '--fix'], isLook: true, rewrites: true },
  { title: 'rebuild-index', args: ['agent', 'events', 'rebuild-index'] },
  { title: 'commit', args: ['commit', '-m', 'Work'] },
  { title: 'implement', args: ['implement', 'WP01'] },
  {
    title: 'redact',
    prepare: (world) => world.note('a secret'),
    args: (world) => {
      const secret = logLines(world.root).find(({ bytes }) => bytes.includes('a secret'))
      return ['agent', 'events', 'redact', secret?.event?.event_id ?? '', '--reason', 'a secret']
    },
    rewrites: true,
  },
]

export const STEPS: readonly Step[] = [
  { title: 'status', take: command('status') },
  { title: 'claim', take: command('claim', 'WP01') },
  { title: 'note', take: command('note', 'WP01', 'from another') },
  { title: 'rebuild-index', take: command('agent', 'events', 'rebuild-index') },
  { title: 'doctor --fix', take: command('doctor', '--fix'), rewrites: true },
  {
    title: 'an editor',
    leaves: SAVED,
    take: async (world) => {
      appendFileSync(packageFile(world, 'WP01'), SAVED)
      return undefined
    },
  },
  {
    title: 'git stash',
    isGit: true,
    take: async (world) => {
      writeFileSync(world.path('README.md'), 'changed\n')
      tryGit(world, 'stash', '--quiet')
      tryGit(world, 'stash', 'drop', '--quiet')
      return undefined
    },
  },
  {
    title: 'git checkout of another branch and back',
    isGit: true,
    take: async (world) => {
      tryGit(world, 'checkout', '--quiet', '-f', '-b', 'other')
      tryGit(world, 'commit', '--quiet', '-am', 'other')
      tryGit(world, 'checkout', '--quiet', '-f', 'main')
      return undefined
    },
  },
]

function tryGit(world: World, ...args: string[]): void {
  try {
    gitIn(world.root, ...args)
  } catch {
    // Refused, since another git or kitty is at work: as it may be.
  }
}

/**
 * Stops the command in front of every `stride`-th of its calls, lets the other process take its step there, and checks
 * what both came to. Each in a fresh world.
 * @returns how many calls were tried
 */
export async function stepAtEachCall(
  halted: Halted,
  step: Step,
  { first, stride }: { readonly first: number; readonly stride: number },
): Promise<number> {
  for (let n = first, tried = 0; ; n += stride, tried += 1) {
    const world = await World.make()
    await ready(world)
    await halted.prepare?.(world)
    const args = typeof halted.args === 'function' ? halted.args(world) : halted.args
    const stopped = await stoppedAt(world, `any:${world.root}:${n}`, [...args, '--json'])
    if (stopped === undefined) return tried
    const other = await step.take(world)
    // What git changes in the work tree is not kitty's doing.
    if (step.isGit === true) world.remember()
    const outcome = await stopped.resume()
    try {
      check(outcome)
      if (other !== undefined) check(other)
      acknowledge(world, outcome)
      if (
        step.leaves !== undefined &&
        !readFileSync(packageFile(world, 'WP01'), 'utf8').includes(step.leaves)
      )
        throw new Error('what an editor had saved is gone')
      const rewritten = [halted.rewrites, step.rewrites, step.isGit].includes(true)
      await checkInvariants(world, { rewritten })
    } catch (error) {
      const what = [String(error), said(outcome), other === undefined ? '' : said(other)]
      throw new Error(`${halted.title}, ${step.title} at call ${n}: ${what.join('\n')}`, { cause: error })
    }
  }
}

function check({ exit, stdout, stderr }: Outcome): void {
  if (exit !== 0 && !REFUSALS.includes(exit)) throw new Error(`exit ${exit}`)
  if (/InternalError/.test(stdout + stderr)) throw new Error('an error of no kind')
}

function acknowledge(world: World, { exit, stdout }: Outcome): void {
  if (exit !== 0) return
  for (const [, id = ''] of stdout.matchAll(/"event_id":"([0-9A-Z]{26})"/g)) world.acknowledged.add(id)
}

function said({ exit, stdout, stderr }: Outcome): string {
  return `${exit} ${stdout.slice(0, 3000)} ${stderr.slice(0, 1000)}`
}
