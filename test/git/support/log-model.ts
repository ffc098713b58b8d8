import { idIn } from './clone.js'
import type { CommitGraph, LogState } from './commit-graph.js'

/**
 * What git and kitty ought to make of the log, told from git's commits alone and written without a line of kitty's
 * code: a three-way merge that takes the set union where both sides changed a file, and a journal of everything
 * emitted here.
 */
export class LogModel {
  /** What the work tree holds. */
  work: ReadonlySet<string> = new Set()
  readonly #emitted = new Set<string>()

  constructor(readonly graph: CommitGraph) {}

  emitted(ids: readonly string[]): void {
    for (const id of ids) this.#emitted.add(id)
    this.work = new Set([...this.work, ...ids])
  }

  /** Every event there is. */
  get all(): ReadonlySet<string> {
    return this.#emitted
  }

  /** The work tree is what git has just made it. */
  shows(state: LogState): void {
    this.work = idsOf(state)
  }

  /** What the next command of kitty's does: an event that lies nowhere is put back. */
  reconcile(): void {
    const places = [this.at('HEAD'), ...this.#branchesBeyondHead().map((branch) => this.at(branch))].map(
      idsOf,
    )
    const lost = [...this.#emitted].filter((id) => !this.work.has(id) && !places.some((ids) => ids.has(id)))
    this.work = new Set([...this.work, ...lost])
  }

  at(commit: string): LogState {
    return this.graph.log(commit)
  }

  /** What `git merge theirs` makes of HEAD. */
  merged(theirs: string): LogState {
    const bases = this.graph.mergeBases('HEAD', theirs)
    if (bases.includes(this.graph.resolve('HEAD'))) return this.at(theirs)
    return mergeStates(this.#base(bases), this.at('HEAD'), this.at(theirs))
  }

  /** Git merges several bases with each other first (git-merge(1), "ort"). */
  #base(bases: readonly string[]): LogState {
    const [first, ...others] = bases
    if (first === undefined) return new Map()
    let state = this.at(first)
    for (const other of others)
      state = mergeStates(this.#base(this.graph.mergeBases(first, other)), state, this.at(other))
    return state
  }

  #branchesBeyondHead(): string[] {
    const inHead = this.graph.ancestors('HEAD')
    return this.graph.branches().filter((branch) => !inHead.has(this.graph.resolve(branch)))
  }
}

export function idsOf(state: LogState): Set<string> {
  return new Set([...state.values()].flatMap((text) => linesOf(text).map(idIn)))
}

/** File by file: a side that alone has changed it wins, else the union of all three. */
export function mergeStates(base: LogState, ours: LogState, theirs: LogState): LogState {
  const merged = new Map<string, string>()
  for (const file of new Set([...base.keys(), ...ours.keys(), ...theirs.keys()])) {
    const [b, o, t] = [base.get(file), ours.get(file), theirs.get(file)]
    const text = o === t || t === b ? o : o === b ? t : union([b ?? '', o ?? '', t ?? ''])
    if (text !== undefined) merged.set(file, text)
  }
  return merged
}

function union(texts: readonly string[]): string {
  const lines = [...new Set(texts.flatMap(linesOf))]
  return lines
    .sort((a, b) => clockIn(a) - clockIn(b) || (idIn(a) < idIn(b) ? -1 : 1))
    .map((line) => `${line}\n`)
    .join('')
}

function clockIn(line: string): number {
  return Number(/"lamport_clock":([0-9]+)/.exec(line)?.[1])
}

function linesOf(text: string): string[] {
  return text.split('\n').filter((line) => line !== '')
}
