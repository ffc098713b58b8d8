import { AsyncLocalStorage } from 'node:async_hooks'
import { Disk, type Node } from './disk.js'
import { Random } from './random.js'

/** Thrown by every call of a process that is no more. */
export class Killed extends Error {
  override readonly name = 'Killed'
}

/** What happens to a process at one of its calls. */
export interface Fate {
  /** Counted from 1. */
  readonly at: number
  readonly what: 'kill' | 'power cut' | 'ENOSPC' | 'EIO' | 'EMFILE'
}

export interface OpenFile {
  readonly node: Node
  readonly path: string
  readonly appends: boolean
  position: number
}

/** One process: what it has open, and what is to happen to it. */
export class Process {
  readonly open = new Map<number, OpenFile>()
  isDead = false
  calls = 0

  constructor(
    readonly name: string,
    readonly fate: Fate | undefined,
  ) {}

  die(): void {
    this.isDead = true
    this.open.clear()
  }
}

/** Linux gives times of files by the tick of its timer. */
const TICK_NS = 4_000_000n

/** The machine that a seed makes: a disk, a clock, processes. One at a time in a thread. */
export class Machine {
  readonly random: Random
  readonly disk: Disk
  readonly processes = new Set<Process>()
  powerCuts = 0
  /** Called before every call of a process: what else happens in the machine at that moment. */
  interlude: () => void = () => undefined
  beforePowerCut: () => void = () => undefined
  afterPowerCut: () => void = () => undefined
  /** For who looks what happened: the calls that change something. */
  trace: string[] | undefined
  /** Calls of this name on paths that end so do nothing, as if the program did not make them. */
  skipped: { readonly call: string; readonly end: string } | undefined
  #clock: number
  #descriptors = 2

  constructor(
    seed: number,
    readonly started = Date.UTC(2026, 10, 22, 9, 30),
  ) {
    this.random = new Random(seed)
    this.#clock = started
    this.disk = new Disk(() => (this.nanoseconds() / TICK_NS) * TICK_NS)
  }

  get now(): number {
    return this.#clock
  }

  pass(milliseconds: number): void {
    this.#clock += milliseconds
  }

  nanoseconds(): bigint {
    return BigInt(Math.round(this.#clock * 1e6))
  }

  descriptor(): number {
    return (this.#descriptors += 1)
  }

  start(name: string, fate?: Fate): Process {
    const process = new Process(name, fate)
    this.processes.add(process)
    return process
  }

  end(process: Process): void {
    process.die()
    this.processes.delete(process)
  }

  cutPower(): void {
    this.powerCuts += 1
    this.beforePowerCut()
    for (const process of this.processes) this.end(process)
    this.disk.cutPower(this.random)
    this.afterPowerCut()
  }
}

let present: Machine | undefined
const running = new AsyncLocalStorage<Process>()

export function machine(): Machine {
  if (present === undefined) throw new Error('no machine is simulated')
  return present
}

export function useMachine(one: Machine | undefined): void {
  present = one
}

/** The process that makes this call; undefined for the simulation itself, to which nothing happens. */
export function currentProcess(): Process | undefined {
  return running.getStore()
}

export function inside<T>(process: Process, work: () => T): T {
  return running.run(process, work)
}
