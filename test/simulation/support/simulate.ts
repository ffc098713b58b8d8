import { isKittyError } from '../../../src/core/errors/kitty-error.js'
import type { EventLog } from '../../../src/core/log/event-log.js'
import type { Draft, EventStore, Provenance } from '../../../src/core/store/event-store.js'
import { Clone, type OpenStore } from './clone.js'
import { useRepositories } from './git-commands.js'
import { type Fate, Machine, type Process, useMachine } from './machine.js'
import { Objects } from './objects.js'
import {
  answersTheLog,
  atGitsMercy,
  Broken,
  clocksAreDistinct,
  comesAfterTheLog,
  eventsOf,
  forgetTaken,
  noteForgotten,
  noteRemoved,
  noteUnprotected,
  nothingIsLost,
} from './oracle.js'
import type { PutFault } from './put-faults.js'
import { Repository, type Verb } from './repository.js'
import { Scheduler } from './scheduler.js'

export interface SimulationOptions {
  readonly fault?: PutFault | undefined
  /** Gets a line for each call of each process. */
  readonly trace?: string[] | undefined
}

/** What a seed came to. */
export interface Simulated {
  readonly seed: number
  /** The invariant that does not hold; undefined when all do. */
  readonly broken?: string
  readonly acknowledged: number
  readonly crashes: number
  readonly powerCuts: number
  readonly verbs: number
}

const FEATURE = '001-login'
const PACKAGES = ['WP01', 'WP02'] as const
const LANES = ['planned', 'doing', 'for_review', 'done'] as const

/** Runs the history that a seed stands for, and checks the invariants after every part of it. */
export async function simulate(seed: number, options: SimulationOptions = {}): Promise<Simulated> {
  const machine = new Machine(seed)
  if (options.trace) machine.trace = options.trace
  options.fault?.machine?.(machine)
  useMachine(machine)
  const history = new History(machine, options)
  let broken: string | undefined
  try {
    await history.run()
  } catch (error) {
    broken = saidBy(error)
  }
  const { crashes, verbs, acknowledged } = history
  return {
    seed,
    ...(broken !== undefined && { broken }),
    acknowledged,
    crashes,
    powerCuts: machine.powerCuts,
    verbs,
  }
}

function saidBy(error: unknown): string {
  if (error instanceof Broken) return error.message
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
  const cause =
    error instanceof Error && error.cause instanceof Error ? `\n  because ${error.cause.message}` : ''
  return `I7: a command failed: ${text}${cause}`
}

class History {
  crashes = 0
  verbs = 0
  readonly #scheduler: Scheduler
  readonly #clones: Clone[]
  readonly #keys = new Map<string, number>()
  #counted = 0
  #keyCount = 0
  /** What the last power cut may have taken, until the next command has put back what is left of it. */
  readonly #mayBeTaken = new Map<Clone, Set<string>>()
  #git: Verb | undefined
  #gitsClone: Clone | undefined

  constructor(
    private readonly machine: Machine,
    private readonly options: SimulationOptions,
  ) {
    const { random, disk } = machine
    this.#scheduler = new Scheduler(random)
    const objects = new Objects()
    const isPerWriter = random.chance(0.25)
    const roots = random.chance(0.4) ? ['/ada', '/bob'] : ['/ada']
    const repositories = roots.map((root) => new Repository(root, disk, random, objects))
    useRepositories(repositories)
    machine.afterPowerCut = () => {
      for (const clone of this.#clones) {
        noteUnprotected(clone)
        noteForgotten(clone)
      }
    }
    machine.beforePowerCut = () => {
      for (const clone of this.#clones) {
        this.#mayBeTaken.set(clone, atGitsMercy(clone))
      }
      // Of a command that was not acknowledged it may leave some events.
      this.#keys.clear()
    }
    this.#clones = repositories.map(
      (one) => new Clone(one, machine, this.#scheduler, isPerWriter, options.fault),
    )
  }

  get acknowledged(): number {
    return this.#clones.reduce((sum, clone) => sum + clone.acknowledged.size, 0)
  }

  async run(): Promise<void> {
    await this.#begin()
    const parts = 3 + this.machine.random.below(5)
    for (let part = 0; part < parts; part += 1) await this.#part(this.machine.random.pick(this.#clones))
    await this.#end()
  }

  /** A first event, committed, and the other clone made of it. */
  async #begin(): Promise<void> {
    const [first, second] = this.#clones
    if (first === undefined) return
    await this.#nextCommand(first)
    finish(first.repository.commit('begin'))
    if (second === undefined) return
    second.repository.branches.set('main', first.repository.head ?? '')
    finish(second.repository.reset(0))
  }

  /** Concurrent processes, with git or a crash between their calls; then one more command, and the invariants. */
  async #part(clone: Clone): Promise<void> {
    const { random } = this.machine
    if (clone.repository.isLocked && random.chance(0.7)) {
      clone.repository.unlock()
      finish(clone.repository.reset(0))
    }
    if (random.chance(0.1)) clone.dropIndex()
    this.machine.pass(random.chance(0.05) ? 86_400_000 : random.below(20_000))
    const before = this.machine.powerCuts
    clone.hasGitWorked = false
    if (random.chance(0.6)) this.#startGit(clone)
    await this.#work(clone)
    if (this.machine.powerCuts > before) this.#git = undefined
    this.#endGit()
    if (this.machine.powerCuts > before) for (const one of this.#clones) one.dropIndex()
    await this.#check(clone)
    if (random.chance(0.4)) {
      this.#startGit(clone)
      this.#endGit()
      await this.#check(clone)
    }
  }

  async #work(clone: Clone): Promise<void> {
    const { random } = this.machine
    const fated = random.below(4)
    const works = new Map<Process, () => Promise<void>>()
    for (let at = 0; at <= random.below(3); at += 1) {
      const process = this.machine.start(`p${(this.#counted += 1)}`, at === fated ? this.#fate() : undefined)
      works.set(process, () => this.#commands(clone, process))
    }
    await this.#scheduler.run(works)
    for (const process of works.keys()) {
      if (process.isDead) this.crashes += 1
      this.machine.end(process)
    }
  }

  #fate(): Fate {
    const { random } = this.machine
    const what = random.pick([
      'kill',
      'kill',
      'kill',
      'power cut',
      'power cut',
      'ENOSPC',
      'EIO',
      'EMFILE',
    ] as const)
    return { at: 1 + random.below(random.pick([30, 100, 300])), what }
  }

  /** What one process does: some commands on one store, as `watch` or an agent would, or one. */
  async #commands(clone: Clone, process: Process): Promise<void> {
    const { random } = this.machine
    const { store } = this.#open(clone, process)
    try {
      for (let at = 0; at <= random.below(4); at += 1) await this.#command(clone, store)
      await store.close()
    } catch (error) {
      const isInjected = process.fate !== undefined && isKittyError(error)
      // Of a command that is repeated, git has just taken a part away.
      const isRaced = clone.hasGitWorked && isKittyError(error) && error.kind === 'UsageError'
      if (!isInjected && !isRaced) throw error
    }
  }

  #open(clone: Clone, process: Process): OpenStore {
    // Git may have come between who read the heads and who writes.
    const checked = (log: EventLog): EventLog =>
      comesAfterTheLog(clone, this.options.fault?.log?.(log) ?? log, () => clone.hasGitWorked)
    return clone.open(process, checked)
  }

  async #command(clone: Clone, store: EventStore): Promise<void> {
    const { random } = this.machine
    switch (random.below(5)) {
      case 0:
        await store.workPackages()
        return
      case 1:
        await store.read()
        return
      case 2:
        return this.#move(clone, store)
      case 3: {
        const known = [...this.#keys.keys()]
        const isAgain = known.length > 0 && random.chance(0.5)
        const key = isAgain ? random.pick(known) : `key-${(this.#keyCount += 1)}`
        const count = this.#keys.get(key) ?? 1 + random.below(3)
        this.#keys.set(key, count)
        const drafts = Array.from({ length: count }, (_, at) => noteOn(PACKAGES[at % 2] ?? 'WP01', key))
        acknowledge(
          clone,
          await store.emit(drafts, { ...BY_ADA, causationId: `${clone.workspace.root}:${key}` }),
        )
        return
      }
      default:
        acknowledge(clone, await store.emit([noteOn(random.pick(PACKAGES), 'a note')], BY_ADA))
    }
  }

  async #move(clone: Clone, store: EventStore): Promise<void> {
    const { random } = this.machine
    const id = random.pick(PACKAGES)
    const events = await store.exclusively('move', async () => {
      const state = await store.workPackage(FEATURE, id)
      const payload = {
        feature_slug: FEATURE,
        old_status: state?.lane ?? 'planned',
        new_status: random.pick(LANES),
      }
      return store.append(
        [{ event_type: 'WPStatusChanged', entity_id: id, entity_type: 'WorkPackage', payload }],
        BY_ADA,
      )
    })
    acknowledge(clone, events)
  }

  /** I7: it needs no repair by hand. */
  async #nextCommand(clone: Clone): Promise<void> {
    const process = this.machine.start(`p${(this.#counted += 1)}`)
    await this.#scheduler.run(
      new Map([
        [
          process,
          async () => {
            const open = this.#open(clone, process)
            const { store } = open
            const before = Math.max(0, ...[...eventsOf(clone).values()].map((event) => event.lamport_clock))
            const events = await store.emit([noteOn('WP01', 'the next command')], BY_ADA)
            acknowledge(clone, events)
            if ((events[0]?.lamport_clock ?? 0) <= before)
              throw new Broken(`I3: the clock went back to ${before}`)
            await answersTheLog(clone, open)
            await store.close()
          },
        ],
      ]),
    )
    this.machine.end(process)
  }

  async #check(clone: Clone): Promise<void> {
    this.#note('check')
    await this.#nextCommand(clone)
    const taken = this.#mayBeTaken.get(clone)
    this.#mayBeTaken.delete(clone)
    if (taken !== undefined) forgetTaken(clone, taken)
    clone.removedByGit.clear()
    nothingIsLost(clone)
    clocksAreDistinct(clone)
    this.#commandsAreWhole(clone)
  }

  /** A command's events are all there, or none. */
  #commandsAreWhole(clone: Clone): void {
    const events = [...eventsOf(clone).values()]
    for (const [key, count] of this.#keys) {
      const found = events.filter((event) => event.causation_id === `${clone.workspace.root}:${key}`).length
      // Once on each of two branches, they are there twice after a merge.
      if (found % count !== 0)
        throw new Broken(`I6: ${found} of the ${count} events of ${key} are in ${clone.workspace.root}`)
    }
  }

  #startGit(clone: Clone): void {
    if (clone.repository.isLocked) return
    const verb = this.#verb(clone)
    this.#gitsClone = clone
    this.verbs += 1
    clone.hasGitWorked = true
    this.#git = verb
    let wait = this.machine.random.below(60)
    this.machine.interlude = () => {
      if ((wait -= 1) > 0) return
      while (this.#git !== undefined && this.machine.random.chance(0.4)) this.#stepGit()
    }
  }

  #note(text: string): void {
    this.machine.trace?.push(text)
  }

  #stepGit(): void {
    this.#note('git: a step')
    const isDone = this.#git?.next().done === true
    if (this.#gitsClone !== undefined) noteRemoved(this.#gitsClone)
    if (isDone) {
      this.#git = undefined
      this.#note('git: done')
    }
  }

  #endGit(): void {
    this.machine.interlude = () => undefined
    // Killed, it leaves its lock.
    if (this.machine.random.chance(0.1)) this.#git = undefined
    while (this.#git !== undefined) this.#stepGit()
  }

  #verb({ repository }: Clone): Verb {
    const { random } = this.machine
    const which = random.below(13)
    this.#note(`git in ${repository.root}, on ${repository.branch}: verb ${which}`)
    const others = [...repository.branches.keys()].filter((name) => name !== repository.branch)
    const other = others.length === 0 ? undefined : random.pick(others)
    const theirs = this.#clones.find((clone) => clone.repository !== repository)?.repository.head
    switch (which) {
      case 0:
      case 1:
        return repository.commit('work')
      case 2:
        return repository.newBranch(`branch-${repository.branches.size}`)
      case 3:
        return repository.reset(0)
      case 4:
        return repository.reset(1 + random.below(2))
      case 5:
        return repository.restore()
      case 6:
        return repository.stash === undefined ? repository.stashAway() : repository.stashPop()
      case 7:
        return theirs === undefined ? repository.commit('more') : repository.merge(theirs)
      case 8:
        return other === undefined ? repository.commit('more') : repository.checkout(other, true)
      case 9:
        return other === undefined ? repository.commit('more') : repository.checkout(other)
      case 10:
        return other === undefined ? repository.reset(0) : repository.merge(other)
      case 11:
        return other === undefined ? repository.restore() : repository.rebase(other)
      default:
        return other === undefined ? repository.commit('more') : repository.deleteBranch(other)
    }
  }

  /** Everything is merged everywhere: each clone has all that any acknowledged, and shows the same board. */
  async #end(): Promise<void> {
    for (const clone of this.#clones) {
      const { repository } = clone
      repository.unlock()
      await this.#check(clone)
      finish(repository.commit('all'))
      for (const name of repository.branches.keys()) finish(repository.merge(name))
      await this.#check(clone)
      finish(repository.commit('all'))
    }
    this.#mergeAll()
    // A commit that lacks an event, made before kitty put it back, takes it along: the next command brings it back.
    for (const clone of this.#clones) await this.#nextCommand(clone)
    this.#mergeAll()
    const all = new Set(
      this.#clones.flatMap((clone) =>
        [...clone.acknowledged.keys()].filter((id) => !clone.onlyInGit.has(id)),
      ),
    )
    for (const clone of this.#clones) {
      const there = eventsOf(clone)
      const lost = [...all].filter((id) => !there.has(id))
      if (lost.length > 0)
        throw new Broken(`I1: ${clone.workspace.root} lacks ${lost.join(', ')} after all was merged`)
      const process = this.machine.start('reader')
      await this.#scheduler.run(new Map([[process, () => answersTheLog(clone, this.#open(clone, process))]]))
      this.machine.end(process)
    }
  }

  #mergeAll(): void {
    for (const clone of [...this.#clones, ...this.#clones])
      for (const other of this.#clones) {
        if (other === clone || other.repository.head === undefined) continue
        finish(clone.repository.commit('all'))
        finish(clone.repository.merge(other.repository.head))
      }
  }
}

const BY_ADA: Provenance = { actor: 'ada', causationId: null, correlationId: null }

function noteOn(id: string, text: string): Draft {
  return {
    event_type: 'NoteAdded',
    entity_id: id,
    entity_type: 'WorkPackage',
    payload: { feature_slug: FEATURE, text },
  }
}

function acknowledge(clone: Clone, events: Awaited<ReturnType<EventStore['emit']>>): void {
  for (const event of events) {
    clone.acknowledged.set(event.event_id, event)
    clone.machine.trace?.push(`acknowledged ${event.event_id} ${event.lamport_clock}`)
  }
}

function finish(verb: Verb): void {
  while (verb.next().done !== true);
}
