import { useEffect, useState } from 'preact/hooks'
import type { About, FeatureRow, WorkPackageDocument } from './documents.js'
import { placeOf, type Place } from './place.js'
import type { NextStep } from './next-step.js'

/** What went wrong, in the words of the program. */
export interface Failure {
  readonly message: string
  readonly next_steps: readonly NextStep[]
}

/** Why a card did not move, shown in the lane it was dropped in. */
export interface Refusal extends Failure {
  readonly key: string
  readonly to: string
}

/** A card and the lane it was in when it was taken, or when its menu was opened. */
export interface Grasp {
  readonly key: string
  readonly from: string
}

/** A card that the keyboard has taken. */
export interface Taken extends Grasp {
  readonly over: string
}

export type Connection = 'connecting' | 'live' | 'lost' | 'locked'

/** Everything the page knows. Only `update` changes it, and always by a new object. */
export interface State {
  readonly about: About | undefined
  /** Work packages by `feature/WP01`. */
  readonly packages: ReadonlyMap<string, WorkPackageDocument>
  /** Features by slug. */
  readonly features: ReadonlyMap<string, FeatureRow>
  readonly connection: Connection
  /** Whether a board has come yet. Until then an empty one says nothing. */
  readonly hasBoard: boolean
  /** Why the board is the last one that could be read. */
  readonly failure: Failure | undefined
  readonly place: Place
  /** Cards whose move the service has not answered yet. */
  readonly moving: ReadonlySet<string>
  readonly refusals: readonly Refusal[]
  readonly taken: Taken | undefined
  /** The card whose "Move to …" is open, and the lane it was in then. */
  readonly menu: Grasp | undefined
  readonly announcement: string
  /** Milliseconds since 1970, every half minute: what is shown of time is of this moment. */
  readonly now: number
}

let state: State = {
  about: undefined,
  packages: new Map(),
  features: new Map(),
  connection: 'connecting',
  hasBoard: false,
  failure: undefined,
  place: placeOf(location.search),
  moving: new Set(),
  refusals: [],
  taken: undefined,
  menu: undefined,
  announcement: '',
  now: Date.now(),
}

const listeners = new Set<() => void>()

export const current = (): State => state

export function update(change: Partial<State>): void {
  state = { ...state, ...change }
  for (const listener of [...listeners]) listener()
}

export function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** A part of the state; the component renders again only when that part is another one. */
export function useStore<T>(select: (state: State) => T): T {
  const value = select(state)
  const [, redraw] = useState({})
  useEffect(() => {
    let shown = value
    const look = (): void => {
      const now = select(state)
      if (Object.is(now, shown)) return
      shown = now
      redraw({})
    }
    // What changed between rendering and this effect.
    look()
    return subscribe(look)
  })
  return value
}

export const announce = (announcement: string): void => update({ announcement })
