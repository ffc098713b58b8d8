import { inject, injectable } from 'inversify'
import { quoted } from '../../errors/secrets.js'
import { Emits } from '../../../aspects/emits.js'
import { Exclusive } from '../../../aspects/exclusive.js'
import { KittyError } from '../../errors/kitty-error.js'
import { isKittyEvent, type LogEvent, type WorkPackageState } from '../../events-lib.js'
import { refuseLostClaim } from '../claims/lost-claim.js'
import { firstEvent, isOf, type Repeats } from '../first-event.js'
import { knownWorkPackage } from '../known-work-package.js'
import { stateBefore } from './state-before.js'
import { EventStore, type Decision, decided, type Provenance } from '../../store/event-store.js'
import type { NextStep } from '../../errors/next-step.js'

export interface TagRequest {
  readonly feature: string
  readonly workPackage: string
  readonly add: readonly string[]
  readonly remove: readonly string[]
  readonly provenance: Provenance
}

export interface TagResult {
  readonly feature: string
  readonly work_package: string
  /** The current tags. */
  readonly tags: readonly string[]
  /** Null if the package already had all tags to add and none to remove. */
  readonly event: LogEvent | null
}

const TAG = /^[\p{L}\p{N}][\p{L}\p{N}._:/+-]{0,63}$/u

/** Changes the tags of one work package. */
@injectable()
export class TagTask {
  constructor(@inject(EventStore) readonly store: EventStore) {}

  /** Stores nothing. @throws KittyError UsageError for an invalid tag, or one that is both added and removed */
  check(request: TagRequest): void {
    checkTags(request)
  }

  /** @throws KittyError UnknownWorkPackage; UsageError for an invalid tag, or one that is both added and removed */
  @Exclusive
  async tag(request: TagRequest): Promise<TagResult> {
    const { feature, workPackage } = request
    this.check(request)
    const repeats: Repeats['repeats'] = async (earlier) => {
      for (const event of earlier) if (!(await this.#isThisChange(event, request))) return false
      return true
    }
    const { events } = await this.decide({ ...request, repeats })
    const event = events.length === 0 ? null : firstEvent('TagsChanged', events, request.provenance)
    const state = await this.store.workPackage(feature, workPackage)
    const tags = state?.tags.map(({ tag }) => tag) ?? []
    return { feature, work_package: event?.entity_id ?? workPackage, tags, event }
  }

  /** True if the event changes what the request asks for, and what it does not change was so before. */
  async #isThisChange(event: LogEvent, { feature, workPackage, add, remove }: TagRequest): Promise<boolean> {
    if (!isKittyEvent(event) || event.event_type !== 'TagsChanged') return false
    if (!isOf(event, feature, workPackage)) return false
    const { added } = event.payload
    const removed = event.payload.removed.map(({ tag }) => tag)
    const isAsked = added.every((tag) => add.includes(tag)) && removed.every((tag) => remove.includes(tag))
    if (!isAsked) return false
    const before = await stateBefore(this.store, event, workPackage)
    const had = new Set(before?.tags.map(({ tag }) => tag))
    return (
      add.every((tag) => added.includes(tag) || had.has(tag)) &&
      remove.every((tag) => removed.includes(tag) || !had.has(tag))
    )
  }

  @Emits
  protected async decide({
    feature,
    workPackage,
    add,
    remove,
    provenance,
  }: TagRequest & Repeats): Promise<Decision> {
    const state = await knownWorkPackage(this.store, feature, workPackage)
    refuseLostClaim(state, provenance)
    const added = [...new Set(add)].filter((tag) => seen(state, tag).length === 0)
    // Observed-remove set: a tag that another branch adds concurrently is not among those seen here, so it stays.
    const removed = [...new Set(remove)]
      .map((tag) => ({ tag, seen: seen(state, tag) }))
      .filter((removal) => removal.seen.length > 0)
    if (added.length === 0 && removed.length === 0) return decided([])
    const payload = { feature_slug: feature, added, removed }
    return decided([
      { event_type: 'TagsChanged', entity_id: workPackage, entity_type: 'WorkPackage', payload },
    ])
  }
}

function seen(state: WorkPackageState, tag: string): readonly string[] {
  return state.tags.find((live) => live.tag === tag)?.adds ?? []
}

function checkTags({ add, remove }: TagRequest): void {
  if (add.length + remove.length === 0) throw wrong('No tag was given.', ['--add TAG', '--remove TAG'])
  for (const tag of [...add, ...remove]) {
    if (TAG.test(tag)) continue
    const form = 'letters, digits and . _ : / + -, beginning with a letter or digit, at most 64 characters'
    throw wrong(`${quoted(tag, 80)} is no tag.`, [`allowed form: ${form}`])
  }
  const both = add.find((tag) => remove.includes(tag))
  if (both !== undefined) throw wrong(`${both} cannot be both added and removed.`, ['Name it once.'])
}

function wrong(message: string, nextSteps: readonly (string | NextStep)[]): KittyError {
  return new KittyError('UsageError', message, { nextSteps })
}
