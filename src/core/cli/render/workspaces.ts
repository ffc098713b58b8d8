/** Worktrees of work packages. */
import type { WorkspaceDocument } from '../../projections/board-document.js'
import type { RemoveResult } from '../../services/workspaces/workspaces.js'
import type { Style } from '../style.js'
import { laneTone } from './lane.js'
import { span } from './line.js'
import { oneLine } from './strip-control.js'
import { renderTable, type Column } from './table.js'
import { plainLines } from './plain-lines.js'

const NONE = span('-', 'faint')

const COLUMNS: readonly Column<WorkspaceDocument>[] = [
  { title: 'feature', cell: (one) => span(oneLine(one.feature)) },
  { title: 'id', cell: (one) => span(oneLine(one.work_package), 'strong') },
  { title: 'lane', cell: (one) => span(oneLine(one.lane), laneTone(one.lane)) },
  { title: 'who', cell: (one) => (one.actor === null ? NONE : span(oneLine(one.actor))) },
  {
    title: 'stale',
    cell: (one) => (one.stale.length === 0 ? NONE : span(oneLine(one.stale.join(',')), 'warn')),
  },
  { title: 'uncommitted', cell: (one) => (one.uncommitted === null ? NONE : span(String(one.uncommitted))) },
  { title: 'branch', cell: (one) => (one.branch === null ? NONE : span(oneLine(one.branch))) },
  { title: 'path', cell: (one) => span(oneLine(one.workspace_path)) },
]

/** Output of `workspaces list`. */
export function renderWorkspaces(workspaces: readonly WorkspaceDocument[], style: Style): string {
  if (workspaces.length === 0) return 'No work package has a worktree here. Make one with: kitty implement WP'
  return renderTable(COLUMNS, workspaces, style)
}

/** Output of `workspaces remove`. */
export function renderRemoval({ workspace_path, branch, kept_in, kept_refs }: RemoveResult): string {
  return plainLines([
    `Removed: ${oneLine(workspace_path)}`,
    ...(branch === null ? [] : [`  the branch ${oneLine(branch)} is still there`]),
    ...(kept_in === null ? [] : [`  what was nowhere else is now in ${oneLine(kept_in)}`]),
    ...kept_refs.map((ref) => `  and in ${oneLine(ref)}`),
  ])
}
