import type { WorkPackageDocument } from '../../projections/board-document.js'
import { oneLine } from './strip-control.js'

/** The ID as lists and boards show it: `WP05 (twice)` while it names several packages. */
export function shownId({
  work_package,
  marks,
}: Pick<WorkPackageDocument, 'work_package' | 'marks'>): string {
  return `${oneLine(work_package)}${marks.some(({ mark }) => mark === 'twice') ? ' (twice)' : ''}`
}
