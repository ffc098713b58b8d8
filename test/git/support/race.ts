import { existsSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { isKittyError } from '../../../src/core/errors/kitty-error.js'
import { ATTRIBUTES } from '../../../src/core/services/initialize.js'
import { registerMergeDrivers } from '../../../src/core/git/merge-driver-config.js'
import { Clone, type CloneOptions, idIn, noteDraft } from './clone.js'
import type { Random } from '../../support/random.js'

const FILES = 150
const LOG = '.kittify/events/2026-11-22.jsonl'

export interface Tally {
  /** Events stored while the verb ran. */
  readonly stored: number
  readonly lost: number
  /** Events that a later command had to put back. */
  readonly putBack: number
  /** Times git did not do what it was asked, mostly since the log had changed under it. */
  readonly refused: number
}

/** A repository that git changes while kitty writes. */
export class RaceTrack {
  /** How long the last verb took, in milliseconds. */
  #lastMs = 20
  #turn = 0

  private constructor(
    readonly clone: Clone,
    private readonly random: Random,
    private readonly codeTrees: readonly string[],
  ) {}

  static async make(folder: string, random: Random, options: CloneOptions): Promise<RaceTrack> {
    const clone = Clone.create(folder, ATTRIBUTES.join('\n'), { ...options, random: () => random.next() })
    registerMergeDrivers(folder)
    clone.git('config', 'gc.auto', '0')
    await clone.emit(3)
    const trees = ['one', 'two'].map((content) => {
      writeCode(clone, content)
      clone.commit(content)
      return clone.head('HEAD^{tree}')
    })
    return new RaceTrack(clone, random, trees)
  }

  /** A commit on `parent` with the other content in every file and one more event in the log, on branch `ahead`. */
  makeAhead(parent: string): void {
    const { clone } = this
    const log = clone.git('cat-file', 'blob', `${parent}:${LOG}`)
    const line = JSON.stringify({
      ...(JSON.parse(log.slice(0, log.indexOf('\n'))) as object),
      event_id: this.#newId(),
    })
    const file = join(clone.root, '.git', 'ahead.jsonl')
    writeFileSync(file, `${log}${line}\n`)
    const blob = clone.git('hash-object', '-w', '--no-filters', file).trim()
    const env = { GIT_INDEX_FILE: join(clone.root, '.git', 'ahead.index') }
    const code = clone.head(`${parent}:code`)
    clone.gitWith(env, 'read-tree', this.codeTrees.find((tree) => clone.head(`${tree}:code`) !== code) ?? '')
    clone.gitWith(env, 'update-index', '--add', '--cacheinfo', `100644,${blob},${LOG}`)
    const tree = clone.gitWith(env, 'write-tree').trim()
    const commit = clone.git('commit-tree', tree, '-p', parent, '-m', 'ahead').trim()
    clone.git('update-ref', 'refs/heads/ahead', commit)
  }

  dirtyCode(): void {
    writeCode(this.clone, `dirty ${(this.#turn += 1)}`)
  }

  /**
   * Runs the verb, and stores one event at a random moment of it.
   * @returns the event's id, undefined when the folder it was to come from was gone already, and git's exit code.
   */
  async run(
    args: readonly string[],
    cwd = this.clone.root,
  ): Promise<{ id: string | undefined; code: number | null }> {
    // Either may begin first, since a command of kitty's works a while before it writes.
    const headStart = (this.random.next() * 2 - 1) * Math.max(20, this.#lastMs)
    const [code, [id]] = await Promise.all([this.#git(args, headStart), this.#event(cwd, -headStart)])
    return { id, code }
  }

  async #git(args: readonly string[], delayMs: number): Promise<number | null> {
    if (delayMs > 0) await sleep(delayMs)
    const started = performance.now()
    const git = this.clone.startGit(...args)
    const code = await new Promise<number | null>((resolve) => git.once('close', resolve))
    this.#lastMs = performance.now() - started
    return code
  }

  async #event(cwd: string, delayMs: number): Promise<string[]> {
    if (delayMs > 0) await sleep(delayMs)
    return this.clone.emitAll([noteDraft()], cwd).catch(unlessGone)
  }

  /** Leaves whatever git has begun and could not finish. */
  abort(): void {
    for (const [file, verb] of [
      ['MERGE_HEAD', 'merge'],
      ['CHERRY_PICK_HEAD', 'cherry-pick'],
      ['rebase-merge', 'rebase'],
    ] as const)
      if (existsSync(join(this.clone.root, '.git', file))) this.clone.git(verb, '--abort')
  }

  /** Ids in the work tree's log or at the tip of a branch. */
  async everywhere(): Promise<Set<string>> {
    const { clone } = this
    const branches = clone
      .git('for-each-ref', '--format=%(refname)', 'refs/heads')
      .split('\n')
      .filter(Boolean)
    const lines = ['HEAD', ...branches].flatMap((branch) => clone.committedLines(branch).map(idIn))
    const work = existsSync(clone.day)
      ? (await readFile(clone.day, 'utf8')).split('\n').filter(Boolean).map(idIn)
      : []
    return new Set([...lines, ...work])
  }

  #newId(): string {
    const digits = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
    return `01${Array.from({ length: 24 }, () => digits.charAt(this.random.int(0, 31))).join('')}`
  }
}

function unlessGone(error: unknown): string[] {
  if (isKittyError(error) && error.kind === 'NotAGitRepository') return []
  throw error
}

function writeCode(clone: Clone, content: string): void {
  for (let at = 0; at < FILES; at += 1) clone.write(`code/part-${at}.txt`, `${content} ${at}\n`.repeat(20))
}
