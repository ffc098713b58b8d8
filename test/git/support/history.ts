import { rmSync } from 'node:fs'
import { registerMergeDrivers } from '../../../src/core/git/merge-driver-config.js'
import { ATTRIBUTES } from '../../../src/core/services/initialize.js'
import type { NewEvent } from '../../../src/core/events-lib.js'
import { Clone, idIn, noteDraft } from './clone.js'
import { CommitGraph, type LogState } from './commit-graph.js'
import { LogModel, mergeStates } from './log-model.js'
import type { Random } from '../../support/random.js'

const BRANCHES = ['main', 'alpha', 'beta'] as const
const DAYS = [22, 23] as const
const LANES = ['planned', 'doing', 'for_review', 'done', 'rejected']

/** A random life of one repository with three branches, and the model that says what its log must hold. */
export class History {
  /** What was done, to find out why. */
  readonly steps: string[] = []
  readonly model: LogModel
  #branch: string = 'main'
  readonly #actions: readonly (() => Promise<void>)[]

  private constructor(
    readonly clone: Clone,
    private readonly random: Random,
    private readonly aside: string,
  ) {
    this.model = new LogModel(
      new CommitGraph(
        clone.root,
        DAYS.map((day) => `2026-11-${day}.jsonl`),
      ),
    )
    const often = [this.#append, this.#append, this.#append, this.#switch, this.#merge, this.#merge]
    const seldom = [
      this.#cherryPick,
      this.#squash,
      this.#rebase,
      this.#revert,
      this.#reset,
      this.#stash,
      this.#worktree,
    ]
    this.#actions = [...often, ...seldom].map((action) => action.bind(this))
  }

  /** @param folder An empty one. */
  static async begin(folder: string, random: Random, path: string): Promise<History> {
    const clone = Clone.create(`${folder}/repository`, ATTRIBUTES.join('\n'), {
      path,
      random: () => random.next(),
    })
    registerMergeDrivers(clone.root)
    clone.git('config', 'gc.auto', '0')
    const history = new History(clone, random, `${folder}/aside`)
    for (const day of DAYS) {
      clone.setDay(day)
      history.model.emitted(await clone.emit(1))
    }
    clone.commit()
    for (const branch of BRANCHES.slice(1)) clone.git('branch', branch)
    return history
  }

  async step(): Promise<void> {
    // A process that lives on must be as good as a new one, and costs less.
    if (this.random.chance(0.25)) await this.clone.startProcess()
    await this.random.pick(this.#actions)()
    if (this.random.chance(0.5)) await this.#commit()
  }

  /** What the log holds that it should not, or lacks; empty when it is as the model says. */
  async faults(): Promise<string[]> {
    this.model.reconcile()
    const faults = this.#compare('a reading command', await this.clone.ids())
    await this.clone.settle()
    return [...faults, ...this.#compare('the files after a writing command', this.clone.rawLines().map(idIn))]
  }

  /** Every branch merged into every other, until nothing is new to any of them. */
  async exchange(): Promise<void> {
    for (let round = 0; round < 2; round += 1) {
      for (const branch of BRANCHES) {
        await this.#goTo(branch)
        for (const other of BRANCHES) if (other !== branch) await this.#mergeFrom(other)
      }
    }
    await this.#goTo('main')
  }

  /** The log on each branch: git's name for its content, and the board kitty makes of it. */
  async outcomes(): Promise<{ branch: string; tree: string; board: string }[]> {
    const outcomes = []
    for (const branch of BRANCHES) {
      await this.#goTo(branch)
      const states = await this.clone.run((store) => store.workPackages())
      outcomes.push({ branch, tree: this.clone.head('HEAD:.kittify/events'), board: JSON.stringify(states) })
    }
    return outcomes
  }

  #compare(what: string, ids: readonly string[]): string[] {
    const [found, wanted] = [[...ids].sort(), [...this.model.work].sort()]
    if (found.join() === wanted.join()) return []
    const missing = wanted.filter((id) => !ids.includes(id))
    const surplus = found.filter((id, at) => !this.model.work.has(id) || found.indexOf(id) !== at)
    return [
      `${what}: missing ${missing.join(' ')}, too many ${surplus.join(' ')}, after ${this.steps.join(' · ')}`,
    ]
  }

  async #append(): Promise<void> {
    this.model.reconcile()
    this.clone.setDay(this.random.pick(DAYS))
    const drafts = Array.from({ length: this.random.int(1, 3) }, () => this.#draft())
    this.model.emitted(await this.clone.emitAll(drafts))
    this.steps.push(`append ${drafts.length}`)
  }

  #draft(): NewEvent {
    const entity_id = `WP0${this.random.int(1, 3)}`
    const feature_slug = '001-login'
    const made = this.random.pick([
      { event_type: 'NoteAdded', payload: { feature_slug, text: `text ${this.random.int(1, 99)}` } },
      { event_type: 'UsageRecorded', payload: { feature_slug, tokens: this.random.int(1, 99) } },
      {
        event_type: 'TagsChanged',
        payload: { feature_slug, added: [`tag${this.random.int(1, 4)}`], removed: [] },
      },
      {
        event_type: 'WPStatusChanged',
        payload: { feature_slug, old_status: 'planned', new_status: this.random.pick(LANES) },
      },
    ])
    return { ...noteDraft(), ...made, entity_id } as NewEvent // branded ids, which only a parser makes
  }

  /** A command of kitty's, then a commit of what is there. */
  async #commit(): Promise<void> {
    this.model.reconcile()
    await this.clone.settle()
    this.#commitAll('log')
  }

  /** The files are tracked from the start, so that one process does. */
  #commitAll(message: string): void {
    this.clone.tryGit('commit', '--quiet', '--all', '--message', message)
  }

  async #goTo(branch: string): Promise<void> {
    await this.#commit()
    if (branch === this.#branch) return
    this.clone.git('switch', '--quiet', branch)
    this.#branch = branch
    this.model.shows(this.model.at('HEAD'))
  }

  async #switch(): Promise<void> {
    const branch = this.random.pick(BRANCHES)
    await this.#goTo(branch)
    this.steps.push(`switch to ${branch}`)
  }

  async #merge(): Promise<void> {
    const other = this.#other()
    await this.#commit()
    await this.#mergeFrom(other)
    this.steps.push(`merge ${other}`)
  }

  async #mergeFrom(other: string): Promise<void> {
    const expected = this.model.merged(other)
    this.clone.git('merge', '--quiet', '--no-edit', other)
    this.model.shows(expected)
    await this.#commit()
  }

  async #squash(): Promise<void> {
    const other = this.#other()
    await this.#commit()
    const expected = this.model.merged(other)
    this.clone.git('merge', '--quiet', '--squash', other)
    this.#commitAll(`squash ${other}`)
    this.model.shows(expected)
    this.steps.push(`squash ${other}`)
  }

  async #cherryPick(): Promise<void> {
    const other = this.#other()
    await this.#commit()
    const commit = this.#someCommitOf(other)
    if (commit === undefined) return
    const expected = mergeStates(this.#before(commit), this.model.at('HEAD'), this.model.at(commit))
    this.clone.git('cherry-pick', '--no-commit', commit)
    this.#commitAll('picked')
    this.model.shows(expected)
    this.steps.push(`cherry-pick from ${other}`)
  }

  async #revert(): Promise<void> {
    await this.#commit()
    const commit = this.#someCommitOf('HEAD')
    if (commit === undefined) return
    const expected = mergeStates(this.model.at(commit), this.model.at('HEAD'), this.#before(commit))
    this.clone.git('revert', '--no-commit', commit)
    this.clone.git('commit', '--quiet', '--allow-empty', '--message', 'reverted')
    this.model.shows(expected)
    this.steps.push('revert')
  }

  async #rebase(): Promise<void> {
    const onto = this.#other()
    await this.#commit()
    const range = [
      'rev-list',
      '--reverse',
      '--topo-order',
      '--no-merges',
      '--cherry-pick',
      '--right-only',
      `${onto}...HEAD`,
    ]
    const commits = this.clone
      .git(...range)
      .split('\n')
      .filter(Boolean)
    const isAhead = this.model.graph.ancestors('HEAD').has(this.model.graph.resolve(onto))
    const isLinear = this.#ahead(onto).every((commit) => this.model.graph.parents(commit).length === 1)
    let expected = this.model.at(onto)
    for (const commit of commits)
      expected = mergeStates(this.#before(commit), expected, this.model.at(commit))
    // Git has nothing to do where the branch stands on the other one already.
    if (isAhead && isLinear) expected = this.model.at('HEAD')
    this.clone.git('rebase', '--quiet', onto)
    this.model.shows(expected)
    this.steps.push(`rebase onto ${onto}`)
  }

  async #reset(): Promise<void> {
    await this.#append()
    this.clone.git('reset', '--quiet', '--hard')
    this.model.shows(this.model.at('HEAD'))
    this.steps.push('reset --hard')
  }

  /** Popped immediately, or after a command has put the lines back, or on another branch. */
  async #stash(): Promise<void> {
    await this.#commit()
    await this.#append()
    const base = this.model.at('HEAD')
    this.clone.git('stash', '--quiet')
    const stashed = this.model.at('refs/stash')
    const how = this.random.pick(['immediately', 'late', 'elsewhere'])
    if (how === 'elsewhere') this.#branch = this.#other()
    if (how === 'elsewhere') this.clone.git('switch', '--quiet', this.#branch)
    if (how === 'late') await this.clone.ids()
    if (how === 'late') this.clone.git('checkout', '--quiet', '--', '.kittify/events')
    this.clone.git('stash', 'pop', '--quiet')
    this.model.shows(mergeStates(base, this.model.at('HEAD'), stashed))
    this.steps.push(`stash, pop ${how}`)
  }

  /** Another branch is merged in a linked worktree, while events come from there too: they go to the one log. */
  async #worktree(): Promise<void> {
    const other = this.#other()
    this.clone.git('worktree', 'add', '--quiet', this.aside, other)
    const there = new Clone(this.aside, this.clone.options)
    this.model.reconcile()
    this.model.emitted(await this.clone.emit(1, this.aside))
    there.git('merge', '--quiet', '--no-edit', this.random.pick(BRANCHES))
    this.clone.git('worktree', 'remove', '--force', this.aside)
    rmSync(this.aside, { recursive: true, force: true })
    this.steps.push(`merge into ${other} in a worktree`)
  }

  #other(): string {
    return this.random.pick(BRANCHES.filter((branch) => branch !== this.#branch))
  }

  /** One of the last commits with one parent that has a log too. */
  #someCommitOf(tip: string): string | undefined {
    const { graph } = this.model
    const isPlain = (commit: string): boolean => {
      const [parent, ...others] = graph.parents(commit)
      return parent !== undefined && others.length === 0 && graph.log(parent).size > 0
    }
    const candidates = [...graph.ancestors(tip)].filter(isPlain).slice(0, 6)
    return candidates.length === 0 ? undefined : this.random.pick(candidates)
  }

  #before(commit: string): LogState {
    const [parent] = this.model.graph.parents(commit)
    return parent === undefined ? new Map() : this.model.at(parent)
  }

  /** Commits of HEAD's that `other` does not have. */
  #ahead(other: string): string[] {
    const theirs = this.model.graph.ancestors(other)
    return [...this.model.graph.ancestors('HEAD')].filter((commit) => !theirs.has(commit))
  }
}
