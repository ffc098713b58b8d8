/** What `kitty board` shows and where its cursor is. Pure: no terminal, no size, no time. */
import type {
  ConflictDocument,
  StatusDocument,
  WorkPackageDetailDocument,
  WorkPackageDocument,
} from '../../projections/board-document.js'
import type { About } from '../../web/documents.js'
import type { Style } from '../style.js'

export interface Size {
  readonly rows: number
  readonly style: Style
  /** The reference for "3 minutes ago". */
  readonly now: Date
}

/** A package in full, with its text as the file has it; `text` is null if it has no readable file. */
export interface OpenPackage {
  readonly detail: WorkPackageDetailDocument
  readonly subtasks: readonly { readonly id: string; readonly done: boolean }[]
  readonly text: string | null
}

/** `lane` and `at` are where the cursor goes when its package is no longer shown. */
export interface Cursor {
  readonly lane: string
  readonly at: number
  /** The package's key; undefined in an empty lane. */
  readonly key: string | undefined
}

/** A side of a conflict by what it is, for another process may change the list while someone decides. */
export interface ChosenSide {
  readonly feature: string
  readonly entity_id: string
  readonly register: string
  readonly event_id: string
}

/** A subtask by its ID, with its position in the list. */
export interface ChosenSubtask {
  readonly at: number
  /** Undefined until the package has been read. */
  readonly id: string | undefined
}

export type View =
  | { readonly kind: 'board' }
  | {
      readonly kind: 'package'
      readonly key: string
      /** Undefined until it has been read. */
      readonly page: OpenPackage | undefined
      readonly top: number
      /** Undefined while none is being chosen. */
      readonly subtask: ChosenSubtask | undefined
    }
  | {
      readonly kind: 'conflicts'
      /** Position of the conflict shown. */
      readonly at: number
      /** Undefined once it has been decided, until another one is chosen. */
      readonly chosen: ChosenSide | undefined
    }
  | { readonly kind: 'help'; readonly top: number }

/** The words that a move may need besides its lane, by the guards that require them. */
export const WORDS = [
  ['reason', /reason/, 'Reason'],
  ['review_ref', /review_ref/, 'Review it answers to'],
  ['evidence', /evidence/, 'Evidence'],
] as const
export type Word = (typeof WORDS)[number][0]

/** The words that a move with these guards needs, in the order in which they are asked for. */
export function wordsFor(guards: readonly string[]): Word[] {
  return WORDS.filter(([, asks]) => guards.some((guard) => asks.test(guard))).map(([word]) => word)
}

export interface MoveDraft {
  /** The lane that was shown when the move began: who has moved the package since then has won. */
  readonly from: string
  readonly to: string
  readonly missing: readonly Word[]
  readonly words: Readonly<Partial<Record<Word, string>>>
}

/** What the bottom line asks for. */
export type Prompt =
  | { readonly kind: 'filter'; readonly text: string; readonly before: string }
  | { readonly kind: 'note'; readonly key: string; readonly text: string }
  | { readonly kind: 'words'; readonly key: string; readonly text: string; readonly move: MoveDraft }
  | { readonly kind: 'lane'; readonly key: string; readonly from: string; readonly at: number }

export interface Message {
  readonly text: string
  readonly tone: 'good' | 'bad' | 'warn' | 'faint'
}

export interface BoardState {
  readonly board: StatusDocument
  readonly about: About
  readonly cursor: Cursor
  readonly filter: string
  readonly view: View
  readonly prompt: Prompt | undefined
  readonly message: Message | undefined
  /** True between the terminal's marks of pasted text, whose characters are no keys. */
  readonly isPasting: boolean
}

export interface Lane {
  readonly name: string
  readonly packages: readonly WorkPackageDocument[]
}

export function initialState(board: StatusDocument, about: About): BoardState {
  const state: BoardState = {
    board,
    about,
    cursor: { lane: about.lanes[0] ?? '', at: 0, key: undefined },
    filter: '',
    view: { kind: 'board' },
    prompt: undefined,
    message: undefined,
    isPasting: false,
  }
  const first = lanesOf(state).find(({ packages }) => packages.length > 0)
  return first === undefined ? state : { ...state, cursor: cursorAt(first, 0) }
}

export function keyOf({ feature, work_package }: WorkPackageDocument): string {
  return `${feature}/${work_package}`
}

/** The workflow's lanes, then those that only the log has, each with the packages that pass the filter. */
export function lanesOf({ board, about, filter }: BoardState): Lane[] {
  const lanes = new Map<string, WorkPackageDocument[]>(about.lanes.map((name) => [name, []]))
  const passes = filterOf(filter)
  for (const feature of board.features)
    for (const [name, packages] of Object.entries(feature.lanes)) {
      const lane = lanes.get(name) ?? []
      lanes.set(name, lane)
      for (const one of packages) if (passes(one)) lane.push(one)
    }
  return [...lanes].map(([name, packages]) => ({ name, packages }))
}

/** Every word must occur in what the card shows, in any case. */
function filterOf(filter: string): (one: WorkPackageDocument) => boolean {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean)
  if (words.length === 0) return () => true
  return ({ feature, work_package, title, actor, tags, marks }) => {
    const marked = marks.map(({ mark }) => mark).join(' ')
    const text =
      `${feature}/${work_package} ${title} ${actor ?? ''} ${tags.join(' ')} ${marked}`.toLowerCase()
    return words.every((word) => text.includes(word))
  }
}

export function openConflictsOf({ board }: BoardState): ConflictDocument[] {
  return board.features.flatMap(({ conflicts }) => conflicts).filter(({ open }) => open)
}

export function packageOf({ board }: BoardState, key: string | undefined): WorkPackageDocument | undefined {
  if (key === undefined) return undefined
  for (const { feature, lanes } of board.features) {
    if (!key.startsWith(`${feature}/`)) continue
    for (const packages of Object.values(lanes)) {
      const found = packages.find((one) => keyOf(one) === key)
      if (found !== undefined) return found
    }
  }
  return undefined
}

/** The package that keys act on: the open one, or the one under the cursor. */
export function subjectOf(state: BoardState): WorkPackageDocument | undefined {
  return packageOf(state, state.view.kind === 'package' ? state.view.key : state.cursor.key)
}

export function cursorAt({ name, packages }: Lane, at: number): Cursor {
  const place = Math.max(0, Math.min(at, packages.length - 1))
  const one = packages[place]
  return { lane: name, at: place, key: one === undefined ? undefined : keyOf(one) }
}

/** The cursor follows its package into another lane; if it is gone, its neighbor takes its place. */
export function settled(state: BoardState): BoardState {
  const lanes = lanesOf(state)
  const { key, lane: name, at } = state.cursor
  for (const lane of key === undefined ? [] : lanes) {
    const found = lane.packages.findIndex((one) => keyOf(one) === key)
    if (found >= 0) return { ...state, cursor: cursorAt(lane, found) }
  }
  const lane = lanes.find((one) => one.name === name)
  const isLeft = key !== undefined || lane === undefined
  const next =
    isLeft && (lane?.packages.length ?? 0) === 0 ? lanes.find((one) => one.packages.length > 0) : lane
  return { ...state, cursor: cursorAt(next ?? lane ?? { name, packages: [] }, at) }
}

/** The board as another process, or this one, has left it. */
export function arrived(state: BoardState, board: StatusDocument, about: About): BoardState {
  const next = settled({ ...state, board, about })
  return next.view.kind === 'conflicts' ? withConflict(next, next.view) : next
}

/** The side of the conflict at a position; undefined if there is none. */
export function sideAt(conflict: ConflictDocument | undefined, side: number): ChosenSide | undefined {
  const event = conflict?.events[side]
  if (conflict === undefined || event === undefined) return undefined
  const { feature, entity_id, register } = conflict
  return { feature, entity_id, register, event_id: event.event_id }
}

function withConflict(state: BoardState, view: View & { kind: 'conflicts' }): BoardState {
  const { chosen } = view
  const conflicts = openConflictsOf(state)
  const found = conflicts.findIndex(
    ({ feature, entity_id, register, events }) =>
      feature === chosen?.feature &&
      entity_id === chosen.entity_id &&
      register === chosen.register &&
      events.some(({ event_id }) => event_id === chosen.event_id),
  )
  if (found >= 0) return { ...state, view: { ...view, at: found } }
  const at = Math.min(view.at, conflicts.length - 1)
  const next: View = conflicts.length === 0 ? { kind: 'board' } : { ...view, at, chosen: undefined }
  if (chosen === undefined) return { ...state, view: next }
  const text = `${chosen.entity_id}: another process has decided the conflict about ${chosen.register}, or changed it. Nothing is chosen now.`
  return { ...state, view: next, message: { text, tone: 'warn' } }
}

/** The open package as it is now; ignored if another one, or none, is open. */
export function opened(state: BoardState, key: string, page: OpenPackage): BoardState {
  const { view } = state
  if (view.kind !== 'package' || view.key !== key) return state
  const { subtask } = view
  if (subtask === undefined) return { ...state, view: { ...view, page } }
  const at = subtask.id === undefined ? subtask.at : page.subtasks.findIndex(({ id }) => id === subtask.id)
  const one = page.subtasks[at]
  if (one !== undefined) return { ...state, view: { ...view, page, subtask: { at, id: one.id } } }
  const left: BoardState = { ...state, view: { ...view, page, subtask: undefined } }
  if (subtask.id === undefined) return left
  return { ...left, message: { text: `${subtask.id} is gone. Nothing is chosen now.`, tone: 'warn' } }
}
