/** Compares one item with its last import and returns the resulting events. */
import type { WorkPackageState } from '../events-lib.js'
import type { TransferItem } from './document.js'
import type { ForeignDraft } from '../store/foreign-draft.js'
import { type FeatureLog, type ImportedPackage, type SetName, writesRegister } from './imported-log.js'
import { importKey, valueHash } from './keys.js'
import { priorityLevel } from './priority.js'
import {
  actorName,
  historyProposals,
  moveProposal,
  type PackagePlace,
  type Proposal,
  titleOf,
} from './proposals.js'
import { nameOf } from './text.js'

/** Source and kitty both changed a register since the last import, to different values. */
export interface ImportConflict {
  readonly feature: string
  readonly work_package: string
  readonly item: string
  readonly register: string
  readonly imported: unknown
  readonly kitty: unknown
  readonly source: unknown
}

export interface PackageInput {
  readonly place: PackagePlace
  readonly log: FeatureLog
  /** What earlier imports wrote about the package; undefined if there were none. */
  readonly before: ImportedPackage | undefined
  /** Undefined for a package that the source no longer has. */
  readonly item: TransferItem | undefined
  readonly itemId: string
  readonly source: string
  /** Maps the source's item to kitty's package; undefined for an item that is not imported. */
  readonly packageOf: (item: string) => string | undefined
  /** For an import in place, the package's file is the definition, and `kitty sync` brings it into the log. */
  readonly inPlace: boolean
  /** The package's file. */
  readonly file: string | null
  readonly importer: string
  readonly now: string
  /** Explains in words why an event must not be written. */
  readonly faultOf: (draft: ForeignDraft) => string | undefined
}

export interface PackagePlan {
  /** False if the package's creation event cannot be written: then none of its events are, and it gets no file. */
  readonly isPossible: boolean
  readonly drafts: readonly ForeignDraft[]
  readonly conflicts: readonly ImportConflict[]
  /** What could not be written, in words. */
  readonly faults: readonly string[]
}

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
    return { ...this.#link(), conflicts: this.#conflicts }
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
      if (imported === value) return
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
      if (added.length === 0 && removed.length === 0) continue
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
      if (imported !== item.assignee) {
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
    if (added.length === 0 && removed.length === 0) return
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

  /** Drops events that the log already has, dates the rest, and gives each its parents. */
  #link(): Omit<PackagePlan, 'conflicts'> {
    const { log, place, before, itemId, source, importer, now, faultOf } = this.input
    const chains = new Map<string, { ref: string; timestamp: string }[]>()
    chains.set(
      'WorkPackage',
      (before?.events ?? []).map(({ eventId, timestamp }) => ({ ref: eventId, timestamp })),
    )
    const dated = this.#proposals.map((proposal, at) => ({ proposal, timestamp: proposal.at ?? now, at }))
    dated.sort((a, b) => (a.timestamp < b.timestamp ? -1 : a.timestamp > b.timestamp ? 1 : a.at - b.at))
    const drafts: ForeignDraft[] = []
    const faults: string[] = []
    const written = new Set<string>()
    for (const { proposal, timestamp } of dated) {
      const { what, h, event_type, event_version, entity_id, entity_type, payload } = proposal
      const key = importKey({ format: place.format, source, item: itemId, what, h })
      if (log.keys.has(key) || written.has(key)) continue
      const chain = chains.get(entity_type) ?? []
      chains.set(entity_type, chain)
      const at = endBefore(chain, timestamp)
      const previous = chain[at - 1]?.ref
      const parents = new Set([
        ...(previous === undefined ? [] : [previous]),
        ...this.#registerHeads(what, timestamp),
      ])
      const draft = {
        event_type,
        event_version,
        entity_id,
        entity_type,
        timestamp,
        actor: actorName(proposal.by, importer),
        causation_id: key,
        payload,
        parents: [...parents],
      }
      const fault = faultOf(draft)
      if (fault !== undefined) {
        faults.push(`${what} ${fault}`)
        if (what === 'created') return { drafts: [], faults, isPossible: false }
        continue
      }
      written.add(key)
      drafts.push(draft)
      chain.splice(at, 0, { ref: key, timestamp })
    }
    return { drafts, faults, isPossible: true }
  }

  readonly #headsUsed = new Set<string>()

  /**
   * Returns the events of a register that kitty has seen, if it still holds the imported value. Never returns an event
   * with a later date.
   */
  #registerHeads(what: string, timestamp: string): string[] {
    const { log, place, before } = this.input
    const kitty =
      this.#headsUsed.has(what) || log.eventsOf(place.workPackage).length === 0
        ? undefined
        : kittyValue(what, this.#kitty())
    if (kitty === undefined) return []
    this.#headsUsed.add(what)
    const imported = before?.values.get(what)?.value ?? firstValue(what, place)
    if (kitty !== imported) return []
    const heads = new Set(log.registerHeads(place.workPackage, writesRegister(what)))
    return log
      .eventsOf(place.workPackage)
      .filter((event) => heads.has(event.event_id) && event.timestamp <= timestamp)
      .map(({ event_id }) => event_id)
  }
}

const NO_FILE = { commit: null, author: null }
const DEFAULT_PRIORITY = 2

function subtaskIds(item: TransferItem): string[] {
  return [...new Set(item.subtasks.flatMap(({ id }) => nameOf(id) ?? []))]
}

function lastStatus(item: TransferItem): string | undefined {
  return item.lane?.status ?? item.changes.filter((change) => change.kind === 'move').at(-1)?.to
}

/** Returns the initial value of a register that no import has written. */
function firstValue(what: string, { table }: PackagePlace): unknown {
  if (what === 'lane') return table.initial
  return what.startsWith('subtask.') ? false : what === 'assignee' ? null : undefined
}

/** Returns kitty's value of a register; undefined for a register that cannot conflict. */
function kittyValue(what: string, state: WorkPackageState | undefined): unknown {
  if (state === undefined) return undefined
  if (what === 'lane') return state.lane
  if (what === 'title') return state.title
  if (what === 'priority') return kittyPriority(state)
  if (what === 'assignee') return kittyAssignee(state)
  if (!what.startsWith('subtask.')) return undefined
  return state.subtasks.find(({ id }) => `subtask.${id}` === what)?.done ?? false
}

function kittyPriority(state: WorkPackageState | undefined): unknown {
  return state === undefined ? null : 'priority' in state ? state.priority : null
}

function kittyAssignee(state: WorkPackageState | undefined): unknown {
  return state === undefined ? null : 'assignee' in state ? state.assignee : null
}

/** Finds the position for an event of that time: after everything that is not later. */
function endBefore(chain: readonly { readonly timestamp: string }[], timestamp: string): number {
  let [low, high] = [0, chain.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((chain[middle]?.timestamp ?? '') <= timestamp) low = middle + 1
    else high = middle
  }
  return low
}
