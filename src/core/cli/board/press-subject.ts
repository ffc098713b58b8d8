/** Keys that mean the same on the board and on an open package. */
import { type BoardState, keyOf, openConflictsOf, type Prompt, sideAt, subjectOf } from './board-state.js'
import type { Key, Pressed } from './key.js'

export function onPackage(state: BoardState, { text }: Key): Pressed {
  if (text === '?') return { state: { ...state, view: { kind: 'help', top: 0 } } }
  if (text === 'x') return openConflicts(state)
  if (!['m', 'c', 'n'].includes(text)) return { state }
  const subject = subjectOf(state)
  if (subject === undefined) return refused(state, 'No package is chosen.', 'faint')
  const key = keyOf(subject)
  if (text === 'n') return prompted(state, { kind: 'note', key, text: '' })
  if (text === 'c') return claim(state)
  const moves = state.about.moves[subject.lane] ?? []
  if (moves.length === 0) return refused(state, `No move leads out of ${subject.lane}.`)
  return prompted(state, { kind: 'lane', key, from: subject.lane, at: 0 })
}

/** Opens the chosen package. @param ticks begin among its subtasks */
export function openSubject(state: BoardState, ticks: boolean): Pressed {
  const subject = subjectOf(state)
  if (subject === undefined) return { state }
  const key = keyOf(subject)
  const subtask = ticks ? { at: 0, id: undefined } : undefined
  const view = { kind: 'package', key, page: undefined, top: 0, subtask } as const
  return { state: { ...state, view }, ask: { kind: 'open', key } }
}

export function prompted(state: BoardState, prompt: Prompt): Pressed {
  return { state: { ...state, prompt, message: undefined } }
}

export function refused(state: BoardState, text: string, tone: 'bad' | 'faint' = 'bad'): Pressed {
  return { state: { ...state, message: { text, tone } } }
}

function openConflicts(state: BoardState): Pressed {
  const [first] = openConflictsOf(state)
  if (first === undefined) return refused(state, 'There is no open conflict.', 'faint')
  return { state: { ...state, view: { kind: 'conflicts', at: 0, chosen: sideAt(first, 0) } } }
}

function claim(state: BoardState): Pressed {
  const subject = subjectOf(state)
  if (subject === undefined) return { state }
  const { feature, work_package } = subject
  const done = `${work_package} is yours`
  return { state, ask: { kind: 'write', name: 'claim', given: { feature, work_package }, done } }
}
