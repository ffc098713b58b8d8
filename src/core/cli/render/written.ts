import type { CommitResult } from '../../services/commit/commit-board.js'
import { counted } from '../../errors/counted.js'
import type { Uncommitted } from '../../services/commit/commit-state.js'
import type { EditResult } from '../../services/packages/edit-package.js'
import type { NewResult } from '../../services/packages/new-package.js'
import type { MarkResult } from '../../services/packages/mark-subtasks.js'
import type { MoveResult } from '../../services/moves/move-task.js'
import { toRun } from '../../errors/next-step.js'
import type { RenumberResult } from '../../services/renumber/renumber-package.js'
import type { UndoResult } from '../../services/undo/undo.js'
import type { Style } from '../style.js'
import { eventText } from './event-text.js'
import { oneLine } from './strip-control.js'
import { unbroken } from '../../errors/invisible.js'
import { plainLines } from './plain-lines.js'

/** Output of `kitty commit`. */
export function renderCommitted({ branch, commit, files, yours, staged, pushed }: CommitResult): string {
  const what = counted(files.length, 'file')
  return plainLines([
    commit === null
      ? `${branch}: nothing to commit`
      : `${branch}: committed ${what} (${commit.slice(0, 10)})`,
    ...(pushed ? [`${branch}: pushed`] : []),
    ...yours.map((path) => `yours, not committed: ${path}`),
    ...(yours.length === 0 ? [] : ['  kitty commit --with-edits takes them']),
    ...staged.map((path) => `staged by you, left out: ${path}`),
  ])
}

/** What the user has to do in git, one sentence per line; empty when everything is committed. */
export function commitNotes({ uncommitted_events, merge_waiting }: Uncommitted): string[] {
  const count = uncommitted_events ?? 0
  const events = count === 1 ? '1 event is' : `${count} events are`
  return [
    ...(merge_waiting ? ['A merge is waiting for its commit: git status names what is left to do.'] : []),
    // kitty commit is refused during a merge, whose commit takes them along.
    ...(count > 0 ? [`${events} not committed yet${merge_waiting ? '.' : ': kitty commit'}`] : []),
  ]
}

/** Output of `kitty new`. @param isElsewhere the file is not below the checkout that the command runs in */
export function renderNew(made: NewResult, isElsewhere: boolean): string {
  return plainLines([
    `${made.work_package}: ${made.title} (${made.feature}, ${made.event.actor})`,
    `  ${isElsewhere ? made.path : made.file}`,
  ])
}

/** Output of `kitty edit`. @param isElsewhere as above */
export function renderEdited(
  { work_package, file, path, changed }: EditResult,
  isElsewhere: boolean,
): string {
  const what = changed.length === 0 ? 'nothing to change' : `changed ${changed.join(', ')}`
  return plainLines([`${work_package}: ${what}`, `  ${isElsewhere ? path : file}`])
}

/** Which subtasks are marked, which were before, and whose they are. */
export function marksText({ updated, unchanged, events }: MarkResult, status: string): string {
  const packages = [...new Set(events.map((event) => event.entity_id))]
  return plainLines([
    ...(updated.length > 0 ? [`${updated.join(', ')}: ${status} (${packages.join(', ')})`] : []),
    ...(unchanged.length > 0 ? [`${unchanged.join(', ')}: ${status} already`] : []),
  ])
}

/** What a move did, in one line. */
export function moveLine({ work_package, old_status, new_status, feature, event }: MoveResult): string {
  return unbroken(`${work_package}: ${old_status} → ${new_status} (${feature}, ${event.actor})`)
}

/** `WP04: …/WP05-bill-it.md is WP05 now, with 3 events`, then what follows it and what does not say whether it does. */
export function renderRenumbered(result: RenumberResult): string {
  const { feature, work_package: from, renumbered: to, file, events, followed, unclear } = result
  const along = events === 0 ? '' : `, with ${counted(events, 'event')}`
  return plainLines([
    `${from}: ${file} is ${to} now${along}`,
    ...followed.map((id) => `${id} waits for ${to} now`),
    ...unclear.map(
      (id) =>
        `${id} still waits for ${from}; if it means ${to}${toRun(['kitty', 'edit', `${feature}/${id}`, '--after', to, '--drop', from])}`,
    ),
  ])
}

/** Output of `undo`: what was taken back, one line per event. */
export function renderUndo({ undone, events }: UndoResult, style: Style): string {
  if (undone.length === 0) return `This undo has run before; it wrote ${counted(events.length, 'event')}.`
  return plainLines(
    undone.map(
      (event) => `Took back: ${oneLine(event.entity_id)} ${eventText(event, style)} (${event.timestamp})`,
    ),
  )
}
