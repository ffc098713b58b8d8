import { join } from 'node:path'
import { expect, it } from 'vitest'
import { isKittyError } from '../../src/core/errors/kitty-error.js'
import type { ConflictDocument } from '../../src/core/projections/board-document.js'
import { by, cloneOf, commitLog, FEATURE, inProcess, kitty, project, shims } from '../support/kitty.js'
import { Random } from '../support/random.js'
import { tempFolder } from '../support/temp-folder.js'
import { gitIn } from '../support/temp-repository.js'
import { Conflicts } from '../../src/core/services/conflicts/conflicts.js'
import { MoveTask } from '../../src/core/services/moves/move-task.js'
import { EventStore } from '../../src/core/store/event-store.js'
import { Status } from '../../src/core/services/board/status.js'
import { Verify } from '../../src/core/services/verify/verify.js'

const STEPS = Number(process.env['KITTY_CLONE_STEPS'] ?? 40)
/** Every step a process of its own: what the long run does, and what takes its time. */
const IN_PROCESSES = process.env['KITTY_CLONE_PROCESSES'] === '1'
const SEED = Number(process.env['KITTY_CLONE_SEED'] ?? 20261122)
const PACKAGES = ['WP01', 'WP02', 'WP03']
const LANES = ['planned', 'doing', 'for_review', 'done', 'rejected']

/** A move as the model remembers it: what it wrote, and what its clone knew when it was written. */
interface Move {
  readonly event_id: string
  readonly lamport_clock: number
  readonly entity_id: string
  readonly value: string
  /** The lane, and in a working lane its holder too. */
  readonly outcome: string
  readonly past: ReadonlySet<string>
}

interface Clone {
  readonly name: string
  readonly folder: string
  /** Worktrees, one an agent. */
  readonly agents: readonly Agent[]
  known: Set<string>
}

it(`two clones with two agents each, in worktrees, agree on the board and on every conflict after ${STEPS} steps`, async () => {
  process.stdout.write(
    `two clones: ${STEPS} steps, seed ${SEED}, ${IN_PROCESSES ? 'a process a step' : 'in one process'}\n`,
  )
  const random = new Random(SEED)
  const { PATH } = shims()
  const path = process.env['PATH']
  process.env['PATH'] = PATH
  try {
    const { bare, clones } = await twoClones()
    const moves = new Map<string, Move>()
    const pushed = new Set<string>()

    const act = async (clone: Clone, action: Action): Promise<void> => {
      const event = await (IN_PROCESSES ? spawned(action, PATH) : called(action))
      if (event === undefined) return
      const { event_id, lamport_clock, entity_id, payload } = event
      moves.set(event_id, {
        event_id,
        lamport_clock,
        entity_id,
        value: payload.new_status,
        outcome:
          payload.new_status === 'doing' ? `doing ${payload.holder ?? event.actor}` : payload.new_status,
        past: new Set(clone.known),
      })
      clone.known.add(event_id)
    }

    const step = async (clone: Clone): Promise<void> => {
      const agent = random.pick(clone.agents)
      const open = expectedConflicts(clone.known, moves).filter((conflict) => conflict.open)
      if (open.length > 0 && random.chance(0.2)) {
        const { entity_id, events } = random.pick(open)
        return act(clone, { agent, workPackage: entity_id, keep: random.pick(events) })
      }
      return act(clone, {
        agent,
        workPackage: random.pick(PACKAGES),
        to: random.pick(LANES),
        force: random.chance(0.9),
      })
    }

    const exchange = (clone: Clone): void => {
      commitLog(clone.folder)
      gitIn(clone.folder, 'pull', '--quiet', '--no-rebase', '--no-edit', bare, 'main')
      gitIn(clone.folder, 'push', '--quiet', bare, 'HEAD:main')
      for (const id of pushed) clone.known.add(id)
      for (const id of clone.known) pushed.add(id)
    }

    for (let done = 0; done < STEPS; done += clones.length) {
      await Promise.all(clones.map(step))
      if (random.chance(0.7)) continue
      // One that pulls and pushes leaves the other behind; all of them in turn know the same for a moment.
      for (const clone of random.chance(0.5) ? [random.pick(clones)] : [...clones, ...clones]) {
        exchange(clone)
        await agrees(clone, moves)
      }
    }
    for (const clone of [...clones, ...clones]) exchange(clone)
    for (const clone of clones) await agrees(clone, moves)

    const [left, right] = await Promise.all(clones.map(boardOf))
    expect(right).toEqual(left)
    const all = expectedConflicts(new Set(moves.keys()), moves)
    process.stdout.write(
      `two clones: ${moves.size} moves, ${all.length} conflicts, ${all.filter((one) => one.open).length} of them open\n`,
    )
    expect(all.length).toBeGreaterThan(0)
  } finally {
    process.env['PATH'] = path
  }
}, 600_000)

interface Agent {
  readonly actor: string
  readonly folder: string
}

type Action = { readonly agent: Agent; readonly workPackage: string } & (
  { readonly keep: string } | { readonly to: string; readonly force: boolean }
)

interface Written {
  readonly event_id: string
  readonly lamport_clock: number
  readonly entity_id: string
  readonly actor: string
  readonly payload: { readonly new_status: string; readonly holder?: string }
}

/** A refusal by the workflow and a lost race are answers too; anything else is a defect. */
const ANSWERS: ReadonlySet<number> = new Set([1, 6])

async function spawned(action: Action, PATH: string): Promise<Written | undefined> {
  const { agent, workPackage } = action
  const args =
    'keep' in action
      ? ['agent', 'conflicts', 'resolve', workPackage, '--keep', action.keep]
      : [
          'agent',
          'tasks',
          'move-task',
          workPackage,
          '--to',
          action.to,
          ...(action.force ? ['--force', '--reason', 'a test'] : []),
        ]
  const ran = await kitty(agent.folder, [...args, '--feature', FEATURE, '--json'], {
    PATH,
    KITTY_ACTOR: agent.actor,
  })
  if (ANSWERS.has(ran.code)) return undefined
  if (ran.code !== 0) throw new Error(`${args.join(' ')}: ${ran.code} ${ran.stdout} ${ran.stderr}`)
  return ran.json()['event'] as Written
}

async function called(action: Action): Promise<Written | undefined> {
  const { agent, workPackage } = action
  const request = { feature: FEATURE, workPackage, provenance: by(agent.actor) }
  try {
    const { result } =
      'keep' in action
        ? await inProcess(agent.folder, Conflicts, (service) =>
            service.resolve({ ...request, entity: workPackage, keep: action.keep }),
          )
        : await inProcess(agent.folder, MoveTask, (service) =>
            service.move({ ...request, ...action, reason: 'a test' }),
          )
    return result.event as unknown as Written
  } catch (error) {
    if (isKittyError(error) && ANSWERS.has(error.exitCode)) return undefined
    throw error
  }
}

async function twoClones(): Promise<{ bare: string; clones: Clone[] }> {
  const origin = await project()
  const bare = join(tempFolder(), 'bare.git')
  gitIn(origin, 'clone', '--quiet', '--bare', origin, bare)
  const clones = await Promise.all(
    ['left', 'right'].map(async (name) => {
      const folder = await cloneOf(bare)
      const agents = ['1', '2'].map((number) => {
        const worktree = join(folder, '.worktrees', `${name}-${number}`)
        gitIn(folder, 'worktree', 'add', '--quiet', '-b', `${name}-${number}`, worktree)
        return { actor: `${name}-${number}`, folder: worktree }
      })
      return { name, folder, agents, known: new Set<string>() }
    }),
  )
  return { bare, clones }
}

/** The clone's board and conflicts, open and settled, are those that the model works out from who knew what. */
async function agrees(clone: Clone, moves: ReadonlyMap<string, Move>): Promise<void> {
  const { result } = await inProcess(clone.folder, Conflicts, (service) => service.list(FEATURE, true))
  const found = result.map(({ entity_id, events, winner, open }: ConflictDocument) => ({
    entity_id,
    events: events.map((write) => write.event_id),
    winner,
    open,
  }))
  expect(found.sort(byEvents), `conflicts in ${clone.name}`).toEqual(
    expectedConflicts(clone.known, moves).sort(byEvents),
  )
  const lanes = Object.fromEntries(PACKAGES.map((id) => [id, expectedLane(id, clone.known, moves)]))
  const states = (await inProcess(clone.folder, EventStore, (store) => store.workPackages(FEATURE))).result
  const actual = Object.fromEntries(
    states
      .filter((state) => state.work_package_id in lanes)
      .map((state) => [state.work_package_id, state.lane]),
  )
  expect(actual, `lanes in ${clone.name}`).toEqual(lanes)
}

async function boardOf(clone: Clone): Promise<unknown> {
  const { result } = await inProcess(clone.folder, Status, (service) => service.board())
  const { problems } = (await inProcess(clone.folder, Verify, (service) => service.verify())).result
  expect(problems.filter((problem) => /parent|id|json|envelope/.test(problem.kind))).toEqual([])
  // A lease also counts from the moment this clone first saw its claim.
  return JSON.parse(JSON.stringify(result, (key, value: unknown) => (key === 'lease' ? undefined : value)))
}

interface ExpectedConflict {
  readonly entity_id: string
  readonly events: string[]
  readonly winner: string
  readonly open: boolean
}

/** By the definition alone: moves tied together by having known nothing of each other, where the last ones disagree. */
function expectedConflicts(known: ReadonlySet<string>, moves: ReadonlyMap<string, Move>): ExpectedConflict[] {
  return PACKAGES.flatMap((entity_id) => {
    const own = movesOf(entity_id, known, moves)
    const left = new Set(own)
    const found: ExpectedConflict[] = []
    for (const start of own) {
      if (!left.delete(start)) continue
      const group = [start]
      for (const member of group)
        for (const other of [...left]) if (areTied(member, other) && left.delete(other)) group.push(other)
      const heads = headsOf(group)
      if (new Set(heads.map((one) => one.outcome)).size < 2) continue
      const winner = heads.at(-1)?.event_id ?? ''
      const open = heads.length > 1 && headsOf(own).every((head) => group.includes(head))
      found.push({ entity_id, events: heads.map((one) => one.event_id), winner, open })
    }
    return found
  })
}

function expectedLane(
  entity_id: string,
  known: ReadonlySet<string>,
  moves: ReadonlyMap<string, Move>,
): string {
  return headsOf(movesOf(entity_id, known, moves)).at(-1)?.value ?? 'planned'
}

function movesOf(entity_id: string, known: ReadonlySet<string>, moves: ReadonlyMap<string, Move>): Move[] {
  return [...moves.values()]
    .filter((one) => one.entity_id === entity_id && known.has(one.event_id))
    .sort(inOrder)
}

function headsOf(some: readonly Move[]): Move[] {
  return some.filter((one) => !some.some((other) => other.past.has(one.event_id))).sort(inOrder)
}

function areTied(a: Move, b: Move): boolean {
  return a !== b && !a.past.has(b.event_id) && !b.past.has(a.event_id)
}

function inOrder(a: Move, b: Move): number {
  return a.lamport_clock - b.lamport_clock || (a.event_id < b.event_id ? -1 : 1)
}

function byEvents(a: { events: readonly string[] }, b: { events: readonly string[] }): number {
  return a.events.join() < b.events.join() ? -1 : 1
}
