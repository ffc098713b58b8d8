/** Keys while a package is open. */
import { type BoardState, type ChosenSubtask, packageOf, type View } from './board-state.js'
import { type Key, type Pressed, type Step, stepOf, within } from './key.js'
import { onPackage, refused } from './press-subject.js'

type PackageView = View & { kind: 'package' }

export function inPackage(state: BoardState, view: PackageView, key: Key): Pressed {
  const step = stepOf(key)
  if (view.subtask !== undefined) return amongSubtasks(state, view, view.subtask, key, step)
  const leaves = key.name === 'escape' || key.text === 'q' || (step?.across ?? 0) < 0
  if (leaves) return { state: { ...state, view: { kind: 'board' } } }
  if (step !== undefined) return seen(state, { ...view, top: Math.max(0, view.top + step.along) })
  if (key.text !== 't') return onPackage(state, key)
  if (view.page?.subtasks.length === 0) return refused(state, 'This package has no subtasks.', 'faint')
  return seen(state, { ...view, subtask: { at: 0, id: view.page?.subtasks[0]?.id } })
}

function amongSubtasks(
  state: BoardState,
  view: PackageView,
  chosen: ChosenSubtask,
  key: Key,
  step: Step | undefined,
): Pressed {
  if (key.name === 'escape' || key.text === 'q') return seen(state, { ...view, subtask: undefined })
  if (key.name === 'return' || key.text === ' ' || key.text === 't') return tick(state, view, chosen)
  if (step === undefined) return onPackage(state, key)
  const subtasks = view.page?.subtasks ?? []
  const at = within(chosen.at + step.along, subtasks.length)
  return seen(state, { ...view, subtask: { at, id: subtasks[at]?.id } })
}

function tick(state: BoardState, view: PackageView, chosen: ChosenSubtask): Pressed {
  const subtask = view.page?.subtasks.find(({ id }) => id === chosen.id)
  const subject = packageOf(state, view.key)
  if (subtask === undefined || subject === undefined) return { state }
  const { feature, work_package } = subject
  const given = { feature, work_package, subtask: subtask.id, done: !subtask.done }
  const done = `${subtask.id} is ${subtask.done ? 'open again' : 'done'}`
  return { state, ask: { kind: 'write', name: 'tick', given, done } }
}

function seen(state: BoardState, view: PackageView): Pressed {
  return { state: { ...state, view } }
}
