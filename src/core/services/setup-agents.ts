import { dirname, join } from 'node:path'
import { inject, injectable } from 'inversify'
import { hasEntry, UnusableJson, withEntry, withoutEntry } from '../agents/json-entry.js'
import { UnusableToml } from '../agents/toml-keys.js'
import { AGENTS, type AgentName, type Target, TARGETS } from '../agents/targets.js'
import { DamagedMarkers, withBlock, withoutBlock } from '../agents/text-block.js'
import { KittyError } from '../errors/kitty-error.js'
import { holds, putOver, savedByOthers } from '../files/put-over.js'
import { readOwn, removeEmptyFolders, removeInside } from '../files/work-tree.js'
import { Workspace } from '../workspace/workspace.js'

/**
 * `kept`: the user has something of their own there, which we neither change nor remove. `needed`: it is not removed, since
 * another agent that is set up reads it.
 */
type Change = 'create' | 'update' | 'delete' | 'none' | 'kept' | 'needed'

export function isWritten({ change }: Pick<AgentFileChange, 'change'>): boolean {
  return change === 'create' || change === 'update' || change === 'delete'
}

export interface AgentFileChange {
  /** From the repository's root, with slashes. */
  readonly file: string
  readonly change: Change
  readonly before: string | null
  readonly after: string | null
}

export interface AgentSetup {
  readonly agents: readonly AgentName[]
  readonly files: readonly AgentFileChange[]
}

/** Agents write long instruction files, and their settings grow with every permission. */
const LIMIT = 1024 * 1024

/** Writes what coding agents read at their start, below the root of the checkout in which the command runs. */
@injectable()
export class SetupAgents {
  constructor(@inject(Workspace) private readonly workspace: Workspace) {}

  /**
   * Works out every file before any is written.
   * @param names empty for the agents that are set up already, and AGENTS.md; with `isRemoval` for all
   * @throws KittyError BadConfig for a file that we cannot change safely, UnsafeSetup for a link
   */
  plan(names: readonly AgentName[], isRemoval: boolean): AgentSetup {
    const agents = names.length > 0 ? AGENTS.filter((name) => names.includes(name)) : this.#usual(isRemoval)
    const stay = isRemoval ? this.#neededBy(AGENTS.filter((name) => !agents.includes(name))) : new Set()
    const targets = new Map(agents.flatMap((name) => TARGETS[name].map((target) => [target.file, target])))
    const files = [...targets.values()].map((target) => {
      const planned = this.#change(target, isRemoval)
      const isNeeded = stay.has(target.file) && isWritten(planned)
      return isNeeded ? { ...planned, change: 'needed' as const, after: planned.before } : planned
    })
    return { agents, files }
  }

  /** @throws KittyError LostRace for a file that no longer holds what was planned for, UnsafeSetup, NotWritable, DiskFull */
  apply({ files }: AgentSetup): void {
    const { worktree } = this.workspace
    for (const { file, before, after } of files.filter(isWritten)) {
      const path = join(worktree, file)
      const held = before === null ? undefined : Buffer.from(before)
      if (after !== null) {
        if (!putOver(worktree, path, { before: held, after: Buffer.from(after) })) throw savedByOthers(path)
      } else {
        if (!holds(path, held)) throw savedByOthers(path)
        removeInside(worktree, path)
        if (dirname(path) !== worktree) removeEmptyFolders(worktree, dirname(path))
      }
    }
  }

  #usual(isRemoval: boolean): AgentName[] {
    return AGENTS.filter((name) => isRemoval || name === 'agents' || this.#isSetUp(name))
  }

  /** Files that agents share say nothing about which of them was set up. */
  #isSetUp(name: AgentName): boolean {
    return TARGETS[name].some((target) => !isShared(target) && this.#change(target, true).change !== 'none')
  }

  #neededBy(others: readonly AgentName[]): Set<string> {
    const needed = others.filter((name) => this.#isSetUp(name)).flatMap((name) => TARGETS[name])
    return new Set(needed.map(({ file }) => file))
  }

  #change(target: Target, isRemoval: boolean): AgentFileChange {
    const { file } = target
    const before = this.#read(file)
    try {
      const after = isRemoval ? without(target, before) : added(target, before)
      if (after === KEPT) return { file, change: 'kept', before: before ?? null, after: before ?? null }
      return { file, change: changeOf(before, after), before: before ?? null, after: after ?? null }
    } catch (error) {
      if (error instanceof UnusableJson || error instanceof UnusableToml || error instanceof DamagedMarkers)
        throw unusable(file, error.message)
      throw error
    }
  }

  /** Keeps a byte order mark, so that the file can be written as it was. */
  #read(file: string): string | undefined {
    const bytes = readOwn(this.workspace.worktree, join(this.workspace.worktree, file), LIMIT)
    if (bytes === undefined) return undefined
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    } catch {
      throw unusable(file, 'it is not UTF-8')
    }
  }
}

const KEPT = Symbol('kept')
type After = string | undefined | typeof KEPT

function added(target: Target, before: string | undefined): After {
  switch (target.kind) {
    case 'block': {
      const { content, markers, isTaken } = target
      const rest = before === undefined ? undefined : withoutBlock(before, markers)
      if (rest === undefined || isTaken?.(rest) !== true) return withBlock(before, content, markers)
      return rest === before ? KEPT : rest
    }
    case 'own':
      return before === undefined || before.includes(target.mark) ? target.content : KEPT
    case 'json': {
      if (before === undefined) return newJson(target)
      const [mark, text] = splitMark(before)
      const isKept = target.entries.every((entry) => hasEntry(text, entry) === 'another')
      return isKept ? KEPT : mark + target.entries.reduce(withEntry, text)
    }
    default:
      return target satisfies never
  }
}

function without(target: Target, before: string | undefined): After {
  if (before === undefined) return undefined
  switch (target.kind) {
    case 'block':
      return withoutBlock(before, target.markers)
    case 'own':
      return before.includes(target.mark) ? undefined : before
    case 'json': {
      if (before === newJson(target)) return undefined
      const [mark, text] = splitMark(before)
      const rest = target.entries.reduceRight<string | undefined>(
        (left, entry) => (left === undefined ? undefined : withoutEntry(left, entry)),
        text,
      )
      return rest === undefined ? undefined : mark + rest
    }
    default:
      return target satisfies never
  }
}

/** The text of a file that has nothing but our entries. */
function newJson({ base, entries }: Extract<Target, { kind: 'json' }>): string {
  const values = entries.map(({ path, value, isOurs }) =>
    path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), isOurs === undefined ? value : [value]),
  )
  return `${JSON.stringify(Object.assign({}, base, ...values), null, 2)}\n`
}

function splitMark(text: string): [mark: string, rest: string] {
  return text.startsWith('\ufeff') ? ['\ufeff', text.slice(1)] : ['', text]
}

function isShared({ file }: Target): boolean {
  return AGENTS.filter((name) => TARGETS[name].some((target) => target.file === file)).length > 1
}

function changeOf(before: string | undefined, after: string | undefined): Change {
  if (before === after) return 'none'
  if (before === undefined) return 'create'
  return after === undefined ? 'delete' : 'update'
}

function unusable(file: string, reason: string): KittyError {
  return new KittyError('BadConfig', `${file} cannot be changed safely: ${reason}. Nothing was written.`, {
    nextSteps: ['Mend that file, then run the command again.'],
    context: { file, reason },
  })
}
