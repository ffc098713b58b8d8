/** Compares one item with its last import and returns the resulting events. */
import type { Definition } from '../specs/definition.js'
import { DEFAULT_PRIORITY } from '../specs/priority.js'
import type { TransferItem } from './document.js'
import { foreignTags } from './labels.js'
import { ProposalLinks } from './link-proposals.js'
import type { PackageInput, PackagePlan } from './package-plan.js'
import { PackageProposals } from './package-proposals.js'
import { historyProposals, titleOf } from './proposals.js'
import { kittyAssignee, kittyPriority } from './register-values.js'
import { nameOf } from './text.js'
import { priorityLevel } from './words.js'

export const GONE_TAG = 'gone-from-source'

export function planPackage(input: PackageInput): PackagePlan {
  const planner = new PackagePlanner(input)
  return planner.plan()
}

/** What a new package's log and file say about an item. */
export function definitionOf(
  item: TransferItem,
  packageOf: PackageInput['packageOf'],
  lost: (what: string) => void,
): Definition {
  return {
    title: titleOf(item, lost),
    priority: (item.priority === null ? undefined : priorityLevel(item.priority)) ?? DEFAULT_PRIORITY,
    dependencies: item.dependencies.flatMap((id) => packageOf(id) ?? []),
    subtasks: [...new Set(item.subtasks.flatMap(({ id }) => nameOf(id) ?? []))],
  }
}

class PackagePlanner {
  readonly #proposals: PackageProposals

  constructor(private readonly input: PackageInput) {
    this.#proposals = new PackageProposals(input)
  }

  plan(): PackagePlan {
    const { item, before, place } = this.input
    if (item === undefined) {
      const tags = new Set([...(before.elements('tags') ?? []), GONE_TAG])
      this.#compareTags(tags, null, null)
    } else {
      if (!this.#isCreated()) this.#create(item)
      else if (!this.input.inPlace && before.value('created') === true) this.#compareDefinition(item)
      for (const proposal of historyProposals(item, place)) this.#proposals.all.push(proposal)
      this.#compareState(item)
    }
    const { all, conflicts } = this.#proposals
    return { ...new ProposalLinks(this.input, all, () => this.#proposals.kitty()).link(), conflicts }
  }

  #isCreated(): boolean {
    const { log, place } = this.input
    return log.eventsOf(place.workPackage).some(({ event_type }) => event_type === 'WPCreated')
  }

  #create(item: TransferItem): void {
    const { place, file, packageOf } = this.input
    const times = [item.updatedAt, ...item.changes.map(({ at }) => at)].filter((at) => at !== null)
    const earliest = times.reduce<string | null>(
      (least, at) => (least === null || at < least ? at : least),
      null,
    )
    const priority = item.priority === null ? undefined : priorityLevel(item.priority)
    const { title, dependencies, subtasks } = definitionOf(item, packageOf, place.lost)
    const value = [
      title,
      priority ?? null,
      [...item.dependencies].sort(),
      item.subtasks.map(({ id }) => id).sort(),
    ]
    this.#proposals.add(
      'created',
      value,
      item.createdAt,
      item.createdBy,
      'WPCreated',
      {
        title,
        dependencies,
        subtasks,
        ...(priority === undefined ? {} : { priority }),
        ...(file === null ? {} : { file }),
      },
      item.createdAt ?? earliest,
    )
  }

  #compareDefinition(item: TransferItem): void {
    const { place, packageOf } = this.input
    const change = (register: 'title' | 'priority', value: unknown, kitty: unknown): void => {
      const imported = this.input.before.value(register)
      if (imported === value || this.#proposals.isRedacted(register)) return
      this.#proposals.note(register, imported, kitty, value)
      const payload = { [register]: { old: kitty ?? null, new: value }, source: NO_FILE }
      this.#proposals.add(register, value, item.updatedAt, item.updatedBy, 'WPChanged', payload)
    }
    const defined = definitionOf(item, packageOf, place.lost)
    change('title', defined.title, this.#proposals.kitty()?.title ?? null)
    const level = (item.priority === null ? undefined : priorityLevel(item.priority)) ?? null
    if ((this.input.before.value('priority') ?? DEFAULT_PRIORITY) !== (level ?? DEFAULT_PRIORITY))
      change('priority', level ?? DEFAULT_PRIORITY, kittyPriority(this.#proposals.kitty()))
    const sets: readonly (readonly ['dependencies' | 'subtasks', readonly string[]])[] = [
      ['dependencies', defined.dependencies],
      ['subtasks', defined.subtasks],
    ]
    for (const [name, elements] of sets) {
      const { added, removed } = this.input.before.changeTo(name, elements)
      if ((added.length === 0 && removed.length === 0) || this.#proposals.isRedacted(name)) continue
      const payload = {
        [name]: { added, removed: removed.map(({ element: id, seen }) => ({ id, seen })) },
        source: NO_FILE,
      }
      this.#proposals.add(
        name,
        [added, removed.map(({ element }) => element)],
        item.updatedAt,
        item.updatedBy,
        'WPChanged',
        payload,
      )
    }
  }

  #compareState(item: TransferItem): void {
    const { place } = this.input
    const isFirst = this.input.before.elements('tags') === undefined
    const time = isFirst ? item.createdAt : item.updatedAt
    this.#compareLane(item)
    if (!item.changes.some(({ kind }) => kind === 'subtask')) {
      for (const { id, done } of item.subtasks) {
        const name = nameOf(id)
        if (name === undefined || (this.input.before.value(`subtask.${name}`) ?? false) === done) continue
        const kitty = this.#proposals.kitty()?.subtasks.find((subtask) => subtask.id === name)?.done ?? false
        this.#proposals.note(
          `subtask.${name}`,
          this.input.before.value(`subtask.${name}`) ?? false,
          kitty,
          done,
        )
        this.#proposals.add(`subtask.${name}`, done, item.updatedAt, item.updatedBy, 'SubtaskCompleted', {
          subtask_id: name,
          done,
        })
      }
    }
    if (item.assignee !== undefined && !item.changes.some(({ kind }) => kind === 'assign')) {
      const imported = this.input.before.value('assignee') ?? null
      if (imported !== item.assignee && !this.#proposals.isRedacted('assignee')) {
        this.#proposals.note('assignee', imported, kittyAssignee(this.#proposals.kitty()), item.assignee)
        this.#proposals.add('assignee', item.assignee, item.updatedAt, item.updatedBy, 'Assigned', {
          assignee: item.assignee,
        })
      }
    }
    const names = item.tags.flatMap((tag) => nameOf(tag) ?? [])
    const tags = new Set(foreignTags(names))
    // An export would write such a tag among its own labels, and the next import would obey it.
    for (const name of names) if (!tags.has(name)) place.lost('tag that begins with kitty:')
    tags.add(nameOf(`src:${place.format}:${this.input.itemId}`) ?? place.format)
    if (item.priority !== null && priorityLevel(item.priority) === undefined)
      tags.add(nameOf(`priority:${item.priority}`) ?? item.priority)
    const status = lastStatus(item)
    const tag = status === undefined ? undefined : place.lanes.tags.get(status)
    if (tag !== undefined) tags.add(tag)
    this.#compareTags(tags, time, item.updatedBy)
  }

  /** Compares the state's lane with the lane that the moves led to. */
  #compareLane(item: TransferItem): void {
    const { place } = this.input
    if (item.lane === undefined) return
    const target = place.lanes.laneOf(item.lane)
    const moves = this.#proposals.all.filter(({ what }) => what === 'lane')
    const last = moves.at(-1)?.payload['new_status'] ?? this.input.before.value('lane') ?? place.table.initial
    if (target === last || typeof last !== 'string') return
    this.#proposals.note('lane', last, this.#proposals.kitty()?.lane ?? place.table.initial, target)
    this.#proposals.addMove(last, target, item.lane)
  }

  #compareTags(tags: ReadonlySet<string>, at: string | null, by: string | null): void {
    const { added, removed } = this.input.before.changeTo('tags', [...tags])
    if ((added.length === 0 && removed.length === 0) || this.#proposals.isRedacted('tags')) return
    const payload = { added, removed: removed.map(({ element: tag, seen }) => ({ tag, seen })) }
    this.#proposals.add(
      'tags',
      [added, removed.map(({ element }) => element)],
      at,
      by,
      'TagsChanged',
      payload,
    )
  }
}

const NO_FILE = { commit: null, author: null }

function lastStatus(item: TransferItem): string | undefined {
  return item.lane?.status ?? item.changes.filter((change) => change.kind === 'move').at(-1)?.to
}
