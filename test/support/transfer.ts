import { DEFAULT_WORKFLOW, REVIEWED_WORKFLOW, type WorkflowTable } from '../../src/core/events-lib.js'
import { laneFor } from '../../src/core/transfer/roles.js'
import type { SourceFile, TransferDocument, TransferItem } from '../../src/core/transfer/document.js'

export const DEFAULT = { table: DEFAULT_WORKFLOW }
export const REVIEWED = { table: REVIEWED_WORKFLOW }

/** A table of one's own: one lane no built-in table has, and none for dropped work. */
export const OWN_TABLE: WorkflowTable = {
  ...DEFAULT_WORKFLOW,
  name: 'own',
  lanes: ['planned', 'building', 'shipped'],
  done: ['shipped'],
  working: ['building'],
  dropped: [],
  terminal: ['shipped'],
  moves: { planned: [{ to: 'building' }], building: [{ to: 'shipped' }], shipped: [] },
}

export function file(path: string, text: string | Uint8Array): SourceFile {
  return { path, bytes: typeof text === 'string' ? new TextEncoder().encode(text) : text }
}

export function itemsOf(document: TransferDocument): readonly TransferItem[] {
  return document.features.flatMap(({ items }) => items)
}

export function item(document: TransferDocument, id: string): TransferItem {
  const found = itemsOf(document).find((one) => one.id === id)
  if (found === undefined)
    throw new Error(
      `no item ${id} among ${itemsOf(document)
        .map((one) => one.id)
        .join(', ')}`,
    )
  return found
}

export function lost(document: TransferDocument): Record<string, number> {
  return Object.fromEntries(document.losses.map(({ what, count }) => [what, count]))
}

export function problemsOf(document: TransferDocument): string[] {
  return document.problems.map(({ file: path, line, message }) => `${path}:${line ?? '-'} ${message}`)
}

/** An item that a writer gets, with only what a test says about it. */
export function made(id: string, rest: Partial<TransferItem> = {}): TransferItem {
  return {
    id,
    workPackage: id,
    title: `Title of ${id}`,
    body: '',
    createdAt: '2026-01-01T00:00:00.000Z',
    createdBy: null,
    updatedAt: '2026-01-02T00:00:00.000Z',
    updatedBy: null,
    dependencies: [],
    subtasks: [],
    tags: [],
    priority: null,
    assignee: null,
    lane: { status: 'planned', role: 'initial', lane: 'planned', at: null, by: null },
    changes: [],
    ...rest,
  }
}

export function inLane(lane: string, by: string | null = null): Pick<TransferItem, 'lane'> {
  return { lane: { status: lane, role: 'initial', lane, at: '2026-01-02T00:00:00.000Z', by } }
}

export function board(...items: TransferItem[]): TransferDocument {
  return boardOf([['001-demo', items]])
}

export function boardOf(
  features: readonly (readonly [slug: string, items: readonly TransferItem[]])[],
): TransferDocument {
  return {
    format: 'kitty',
    source: null,
    workflow: null,
    roles: {},
    features: features.map(([slug, items]) => ({
      id: slug,
      source: null,
      name: slug,
      title: `Feature ${slug}`,
      mission: null,
      createdAt: '2026-01-01T00:00:00.000Z',
      createdBy: null,
      items,
      notes: [],
    })),
    problems: [],
    losses: [],
  }
}

/** What a round trip must keep. */
export function kept(document: TransferDocument, table: WorkflowTable = DEFAULT_WORKFLOW): unknown {
  return document.features.map((feature) => ({
    id: feature.id || feature.source,
    items: feature.items
      .map((one) => ({
        id: one.workPackage,
        title: one.title,
        lane:
          one.lane === undefined
            ? (lastMove(one) ?? table.initial)
            : (one.lane.lane ?? laneFor(one.lane.role, table)),
        dependencies: one.dependencies
          .map((to) =>
            to.replace(/^.*\./, '').replace(/^WP-0*(\d+)$/, (_, n: string) => `WP${n.padStart(2, '0')}`),
          )
          .sort(),
        subtasks: one.subtasks.map(({ id, done }) => [id, done || isTicked(one, id)]),
        tags: [...one.tags].sort(),
        priority: one.priority,
      }))
      .sort((a, b) => ((a.id ?? '') < (b.id ?? '') ? -1 : 1)),
  }))
}

function lastMove(one: TransferItem): string | undefined {
  return one.changes.filter((change) => change.kind === 'move').at(-1)?.to
}

function isTicked(one: TransferItem, id: string): boolean {
  const last = one.changes.filter((change) => change.kind === 'subtask' && change.subtask === id).at(-1)
  return last?.kind === 'subtask' && last.done
}
