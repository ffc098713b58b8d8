import type { EditResult } from '../../services/edit-package.js'
import type { NewResult } from '../../services/new-package.js'

/** Output of `kitty new`. @param isElsewhere the file is not below the checkout that the command runs in */
export function renderNew(made: NewResult, isElsewhere: boolean): string {
  return `${made.work_package}: ${made.title} (${made.feature}, ${made.event.actor})\n  ${isElsewhere ? made.path : made.file}`
}

/** Output of `kitty edit`. @param isElsewhere as above */
export function renderEdited(
  { work_package, file, path, changed }: EditResult,
  isElsewhere: boolean,
): string {
  const what = changed.length === 0 ? 'nothing to change' : `changed ${changed.join(', ')}`
  return `${work_package}: ${what}\n  ${isElsewhere ? path : file}`
}
