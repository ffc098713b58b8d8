/** Compares one item with its last import and returns the resulting events. */
import type { WorkPackageState } from '../events-lib.js'
import { DEFAULT_PRIORITY } from '../specs/priority.js'
import type { TransferItem } from './document.js'
import { type SetName } from './imported-log.js'
import { valueHash } from './keys.js'
import { priorityLevel } from './words.js'
import { historyProposals, moveProposal, type Proposal, titleOf } from './proposals.js'
import { nameOf } from './text.js'
import { ProposalLinks } from './link-proposals.js'
import type { ImportConflict, PackageInput, PackagePlan } from './package-plan.js'
import { kittyAssignee, kittyPriority } from './register-values.js'

export const GONE_TAG = 'gone-from-source'

export function planPackage(input: PackageInput): PackagePlan {
  const planner = new PackagePlanner(input)
  return planner.plan()
}

class PackagePlanner {
  readonly #conflicts: ImportConflict[] = []
  readonly #proposals: Proposal[] = []
  #state: WorkPackageState | undefined | null = null

  constructor(private readonly input: PackageInput) {}

  plan(): PackagePlan {
    const { item, before, place } = this.input
    if (item === undefined) {
      const tags = new Set([...(before?.sets.get('tags')?.keys() ?? []), GONE_TAG])
      this.#compareTags(tags, null, null)
    } else {
      if (!this.#isCreated()) this.#create(item)
      else if (!this.input.inPlace && before?.values.has('created') === true) this.#compareDefinition(item)
      this.#proposals.push(...historyProposals(item, place))
      this.#compareState(item)
    }
    return {
      ...new ProposalLinks(this.input, this.#proposals, () => this.#kitty()).link(),
      conflicts: this.#conflicts,
    }
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
    const title = titleOf(item, place.lost)
    const value = [
      title,
      priority ?? null,
      [...item.dependencies].sort(),
      item.subtasks.map(({ id }) => id).sort(),
    ]
    this.#propose(
      'created',
      value,
      item.createdAt,
      item.createdBy,
      'WPCreated',
      {
        title,
        dependencies: item.dependencies.flatMap((id) => packageOf(id) ?? []),
        subtasks: subtaskIds(item),
        ...(priority === undefined ? {} : { priority }),
        ...(file === null ? {} : { file }),
      },
      item.createdAt ?? earliest,
    )
  }

  #compareDefinition(item: TransferItem): void {
    const { place, packageOf } = this.input
    const change = (register: 'title' | 'priority', value: unknown, kitty: unknown): void => {
      const imported = this.#imported(register)
      if (imported === value || this.#isRedacted(register)) return
      this.#note(register, imported, kitty, value)
      const payload = { [register]: { old: kitty ?? null, new: value }, source: NO_FILE }
      this.#propose(register, value, item.updatedAt, item.updatedBy, 'WPChanged', payload)
    }
    change('title', titleOf(item, place.lost), this.#kitty()?.title ?? null)
    const level = (item.priority === null ? undefined : priorityLevel(item.priority)) ?? null
    if ((this.#imported('priority') ?? DEFAULT_PRIORITY) !== (level ?? DEFAULT_PRIORITY))
      change('priority', level ?? DEFAULT_PRIORITY, kittyPriority(this.#kitty()))
    const sets: readonly (readonly ['dependencies' | 'subtasks', readonly string[]])[] = [
      ['dependencies', item.dependencies.flatMap((id) => packageOf(id) ?? [])],
      ['subtasks', subtaskIds(item)],
    ]
    for (const [name, elements] of sets) {
      const { added, removed } = this.#setChange(name, elements)
      if ((added.length === 0 && removed.length === 0) || this.#isRedacted(name)) continue
      const payload = {
        [name]: { added, removed: removed.map(({ element: id, seen }) => ({ id, seen })) },
        source: NO_FILE,
      }
      this.#propose(
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
    const isFirst = this.input.before?.sets.get('tags') === undefined
    const time = isFirst ? item.createdAt : item.updatedAt
    this.#compareLane(item)
    if (!item.changes.some(({ kind }) => kind === 'subtask')) {
      for (const { id, done } of item.subtasks) {
        const name = nameOf(id)
        if (name === undefined || (this.#imported(`subtask.${name}`) ?? false) === done) continue
        const kitty = this.#kitty()?.subtasks.find((subtask) => subtask.id === name)?.done ?? false
        this.#note(`subtask.${name}`, this.#imported(`subtask.${name}`) ?? false, kitty, done)
        this.#propose(`subtask.${name}`, done, item.updatedAt, item.updatedBy, 'SubtaskCompleted', {
          subtask_id: name,
          done,
        })
      }
    }
    if (item.assignee !== undefined && !item.changes.some(({ kind }) => kind === 'assign')) {
      const imported = this.#imported('assignee') ?? null
      if (imported !== item.assignee && !this.#isRedacted('assignee')) {
        this.#note('assignee', imported, kittyAssignee(this.#kitty()), item.assignee)
        this.#propose('assignee', item.assignee, item.updatedAt, item.updatedBy, 'Assigned', {
          assignee: item.assignee,
        })
      }
    }
    const tags = new Set(item.tags.flatMap((tag) => nameOf(tag) ?? []))
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
    const moves = this.#proposals.filter(({ what }) => what === 'lane')
    const last = moves.at(-1)?.payload['new_status'] ?? this.#imported('lane') ?? place.table.initial
    if (target === last || typeof last !== 'string') return
    this.#note('lane', last, this.#kitty()?.lane ?? place.table.initial, target)
    const previous = this.input.before?.values.get('lane')?.key ?? null
    const key = {
      hasId: false,
      what: 'lane',
      h: valueHash(target, item.lane.by, item.lane.at, previous),
      at: this.#notBefore('lane', item.lane.at),
      by: item.lane.by,
      event_version: 1,
      entity_id: place.workPackage,
      entity_type: 'WorkPackage',
    }
    const move = {
      from: last,
      to: target,
      reason: null,
      force: false,
      evidence: null,
      review: null,
      actorInfo: null,
    }
    this.#proposals.push(moveProposal(move, place, key))
  }

  #compareTags(tags: ReadonlySet<string>, at: string | null, by: string | null): void {
    const { added, removed } = this.#setChange('tags', [...tags])
    if ((added.length === 0 && removed.length === 0) || this.#isRedacted('tags')) return
    const payload = { added, removed: removed.map(({ element: tag, seen }) => ({ tag, seen })) }
    this.#propose('tags', [added, removed.map(({ element }) => element)], at, by, 'TagsChanged', payload)
  }

  #setChange(
    name: SetName,
    elements: readonly string[],
  ): {
    readonly added: readonly string[]
    readonly removed: readonly { readonly element: string; readonly seen: readonly string[] }[]
  } {
    const before = this.input.before?.sets.get(name) ?? new Map<string, readonly string[]>()
    const after = new Set(elements)
    return {
      added: [...after].filter((element) => !before.has(element)).sort(),
      // Remove only what imports added: an element added in kitty stays.
      removed: [...before]
        .filter(([element]) => !after.has(element))
        .map(([element, seen]) => ({ element, seen })),
    }
  }

  #propose(
    what: string,
    value: unknown,
    at: string | null,
    by: string | null,
    event_type: string,
    payload: object,
    time: string | null = at,
  ): void {
    const { place, before } = this.input
    const previous = before?.values.get(what)?.key ?? null
    const isOfPackage = event_type !== 'TagsChanged'
    this.#proposals.push({
      hasId: false,
      what,
      h: valueHash(value, by, at, previous),
      at: this.#notBefore(what, time),
      by,
      event_type,
      event_version: 1,
      entity_id: place.workPackage,
      entity_type: 'WorkPackage',
      payload: {
        feature_slug: place.feature,
        ...(isOfPackage ? { work_package_id: place.workPackage } : {}),
        ...payload,
      },
    })
  }

  /** A source's clock may go back, but its current value is still newer than its previous one. */
  #notBefore(register: string, at: string | null): string | null {
    const last = this.input.before?.values.get(register)?.timestamp
    return at !== null && last !== undefined && last > at ? last : at
  }

  /** True for a register that differs from the source, but whose imported value was taken out on purpose. */
  #isRedacted(register: string): boolean {
    const { before, place } = this.input
    if (before?.redacted.has(register) !== true) return false
    place.lost(`${register} that was redacted here (set it with kitty edit)`)
    return true
  }

  #imported(register: string): unknown {
    return this.input.before?.values.get(register)?.value
  }

  #note(register: string, imported: unknown, kitty: unknown, source: unknown): void {
    if (this.input.before === undefined || kitty === imported || kitty === source) return
    const { place, itemId } = this.input
    this.#conflicts.push({
      feature: place.feature,
      work_package: place.workPackage,
      item: itemId,
      register,
      imported,
      kitty,
      source,
    })
  }

  #kitty(): WorkPackageState | undefined {
    if (this.#state === null) this.#state = this.input.log.state(this.input.place.workPackage)
    return this.#state
  }
}

const NO_FILE = { commit: null, author: null }

function subtaskIds(item: TransferItem): string[] {
  return [...new Set(item.subtasks.flatMap(({ id }) => nameOf(id) ?? []))]
}

function lastStatus(item: TransferItem): string | undefined {
  return item.lane?.status ?? item.changes.filter((change) => change.kind === 'move').at(-1)?.to
}
