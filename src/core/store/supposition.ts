import {
  emptyWorkPackage,
  evolve,
  type LogEvent,
  type MergeOptions,
  type WorkPackageState,
} from '../events-lib.js'
import type { BoardRow } from '../index/board-row.js'
import type { Draft } from './event-store.js'

/** Events that are decided and wait for the first append; until then, reads include them. */
export class Supposition {
  #waiting: { readonly drafts: readonly Draft[]; readonly events: readonly LogEvent[] } | undefined

  /** @param events the drafts as they would be written now */
  constructor(
    drafts: readonly Draft[],
    events: readonly LogEvent[],
    private readonly rules: MergeOptions,
  ) {
    this.#waiting = { drafts, events }
  }

  /** Returns the drafts on the first call only: the caller that takes them writes them. */
  take(): readonly Draft[] {
    const drafts = this.#waiting?.drafts ?? []
    this.#waiting = undefined
    return drafts
  }

  /** The packages that these events are about, with their states after them. */
  async states(
    known: (feature: string, id: string) => Promise<WorkPackageState | undefined>,
  ): Promise<WorkPackageState[]> {
    const states = new Map<string, WorkPackageState>()
    for (const event of this.#waiting?.events ?? []) {
      if (event.entity_type !== 'WorkPackage') continue
      const { feature_slug: feature } = event.payload
      const key = `${feature}/${event.entity_id}`
      const state =
        states.get(key) ??
        (await known(feature, event.entity_id)) ??
        emptyWorkPackage(feature, event.entity_id, this.rules.table)
      states.set(key, evolve(state, event, this.rules))
    }
    return [...states.values()]
  }

  get isWritten(): boolean {
    return this.#waiting === undefined
  }
}

/** Replaces the states of the same packages in the list, and appends new ones. */
export function withStates<T extends Package>(
  list: readonly T[],
  states: readonly WorkPackageState[],
  feature: string | undefined,
  shown: (state: WorkPackageState) => T,
): T[] {
  const supposed = new Map(
    states
      .filter((state) => feature === undefined || state.feature_slug === feature)
      .map((state) => [keyOf(state), shown(state)]),
  )
  const replaced = list.map((one) => supposed.get(keyOf(one)) ?? one)
  const there = new Set(list.map(keyOf))
  return [...replaced, ...[...supposed].filter(([key]) => !there.has(key)).map(([, one]) => one)]
}

type Package = Pick<BoardRow, 'feature_slug' | 'work_package_id'>

function keyOf({ feature_slug, work_package_id }: Package): string {
  return `${feature_slug}/${work_package_id}`
}
