/** What a key does: a pure function from state and key to the next state and, sometimes, a request. */
import {
  type BoardState,
  cursorAt,
  lanesOf,
  openConflictsOf,
  settled,
  sideAt,
  type View,
} from './board-state.js'
import { type Key, type Pressed, type Step, stepOf, within } from './key.js'
import { inPackage } from './press-package.js'
import { answerPrompt } from './press-prompt.js'
import { onPackage, openSubject, prompted, refused } from './press-subject.js'

export function press(state: BoardState, key: Key): Pressed {
  if (key.ctrl && key.name === 'c') return { state, ask: { kind: 'interrupt' } }
  if (key.ctrl && key.name === 'z') return { state, ask: { kind: 'suspend' } }
  if (key.ctrl && key.name === 'l') return { state, ask: { kind: 'redraw' } }
  if (key.name === 'paste-start' || key.name === 'paste-end')
    return { state: { ...state, isPasting: key.name === 'paste-start' } }
  if (state.prompt !== undefined) return answerPrompt(state, state.prompt, key)
  // Pasted text holds letters, and letters are keys.
  if (state.isPasting) return { state }
  const quiet = { ...state, message: undefined }
  const { view } = quiet
  if (view.kind === 'board') return inBoard(quiet, key)
  if (view.kind === 'package') return inPackage(quiet, view, key)
  if (view.kind === 'conflicts') return inConflicts(quiet, view, key)
  return inHelp(quiet, view, key)
}

function inBoard(state: BoardState, key: Key): Pressed {
  const step = stepOf(key)
  if (step !== undefined) return { state: stepped(state, step) }
  if (key.name === 'return' || key.text === 'o') return openSubject(state, false)
  if (key.text === 't') return openSubject(state, true)
  if (key.text === '/') return prompted(state, { kind: 'filter', text: state.filter, before: state.filter })
  if (key.name === 'escape') return { state: settled({ ...state, filter: '' }) }
  if (key.text === 'q') return { state, ask: { kind: 'quit' } }
  return onPackage(state, key)
}

function stepped(state: BoardState, { across, along }: Step): BoardState {
  const lanes = lanesOf(state)
  const here = lanes.findIndex(({ name }) => name === state.cursor.lane)
  const lane = lanes[within(here + across, lanes.length)]
  return lane === undefined ? state : { ...state, cursor: cursorAt(lane, state.cursor.at + along) }
}

function inConflicts(state: BoardState, view: View & { kind: 'conflicts' }, key: Key): Pressed {
  if (key.name === 'escape' || key.text === 'q' || key.text === 'x')
    return { state: { ...state, view: { kind: 'board' } } }
  const conflicts = openConflictsOf(state)
  const conflict = conflicts[view.at]
  const events = conflict?.events ?? []
  const side = events.findIndex(({ event_id }) => event_id === view.chosen?.event_id)
  const step = stepOf(key)
  if (step !== undefined) {
    const at = within(view.at + step.along, conflicts.length)
    const next = at === view.at ? within(side + step.across, events.length) : 0
    return { state: { ...state, view: { ...view, at, chosen: sideAt(conflicts[at], next) } } }
  }
  if (key.name !== 'return') return { state }
  const event = events[side]
  if (conflict === undefined || event === undefined)
    return refused(state, 'Nothing is chosen. Choose a side with the arrows.', 'faint')
  const given = { feature: conflict.feature, entity: conflict.entity_id, keep: event.event_id }
  const done = `${conflict.entity_id}: ${conflict.register} of ${event.actor} is kept`
  const decided = { ...state, view: { ...view, chosen: undefined } }
  return { state: decided, ask: { kind: 'write', name: 'resolve', given, done } }
}

function inHelp(state: BoardState, view: View & { kind: 'help' }, key: Key): Pressed {
  const along = stepOf(key)?.along ?? 0
  if (along === 0) return { state: { ...state, view: { kind: 'board' } } }
  return { state: { ...state, view: { ...view, top: Math.max(0, view.top + along) } } }
}
