import type { BoardState } from './board-state.js'

/** A key as node:readline names it; `text` is what it types. */
export interface Key {
  readonly name: string
  readonly text: string
  readonly ctrl: boolean
}

/** A write, named as in core/web/writes. */
export interface WriteAsk {
  readonly kind: 'write'
  readonly name: 'move' | 'claim' | 'tick' | 'note' | 'resolve'
  readonly given: Readonly<Record<string, string | boolean>>
  /** What to say once it is written. */
  readonly done: string
}

/** What the board wants done outside of it. */
export type Ask =
  | { readonly kind: 'quit' }
  | { readonly kind: 'interrupt' }
  | { readonly kind: 'suspend' }
  | { readonly kind: 'redraw' }
  | { readonly kind: 'open'; readonly key: string }
  | WriteAsk

export interface Pressed {
  readonly state: BoardState
  readonly ask?: Ask
}

export interface Step {
  readonly across: number
  readonly along: number
}

/** Rows that a page key moves: the model does not know the terminal's size. */
const PAGE = 10

/** The steps of a key that moves, in both directions; undefined for other keys. */
export function stepOf({ name, text, ctrl }: Key): Step | undefined {
  if (name === 'left' || text === 'h') return { across: -1, along: 0 }
  if (name === 'right' || text === 'l') return { across: 1, along: 0 }
  if (name === 'up' || text === 'k') return { across: 0, along: -1 }
  if (name === 'down' || text === 'j') return { across: 0, along: 1 }
  if (name === 'pageup' || text === 'b' || (ctrl && name === 'u')) return { across: 0, along: -PAGE }
  if (name === 'pagedown' || text === ' ' || (ctrl && name === 'd')) return { across: 0, along: PAGE }
  if (name === 'home' || text === 'g') return { across: 0, along: -Infinity }
  if (name === 'end' || text === 'G') return { across: 0, along: Infinity }
  return undefined
}

/** The position in a list of `count` closest to `at`; 0 in an empty one. */
export function within(at: number, count: number): number {
  return Math.max(0, Math.min(at, count - 1))
}
