/** Builds the intermediate form of kitty's own board from the events of its features. */
import type { LogEvent, WorkflowTable, WorkPackageState } from '../events-lib.js'
import type { ItemChange, LinkKind, TransferDocument, TransferFeature, TransferItem } from './document.js'
import type { FeatureLog } from './feature-log.js'
import { isJson, type Json, objectAt, textAt } from './json.js'
import { roleOf } from './roles.js'

export interface ExportedFeature {
  readonly slug: string
  readonly title: string
  readonly mission: string | null
  readonly createdAt: string | null
  readonly createdBy: string | null
  readonly log: FeatureLog
  /** Returns the Markdown of a package's file, without its front matter. */
  readonly bodyOf: (workPackage: string) => string
}

/** Priority of a package that names none; an export omits it. */
const DEFAULT_PRIORITY = 2

export function exportDocument(
  features: readonly ExportedFeature[],
  table: WorkflowTable,
  project: string,
): TransferDocument {
  return {
    format: 'kitty',
    source: project,
    workflow: table.name,
    roles: {},
    features: features.map((feature) => exportFeature(feature, table)),
    problems: [],
    losses: [],
  }
}

function exportFeature(feature: ExportedFeature, table: WorkflowTable): TransferFeature {
  const { slug, title, mission, createdAt, createdBy, log, bodyOf } = feature
  const ids = [...log.packages].sort((a, b) => a.length - b.length || (a < b ? -1 : 1))
  return {
    id: slug,
    source: null,
    name: slug,
    title,
    mission,
    createdAt,
    createdBy,
    items: ids.flatMap((id) => {
      const state = log.state(id)
      return state === undefined ? [] : [exportItem(state, log.eventsOf(id), table, bodyOf(id))]
    }),
    notes: [],
  }
}

function exportItem(
  state: WorkPackageState,
  events: readonly LogEvent[],
  table: WorkflowTable,
  body: string,
): TransferItem {
  const id = state.work_package_id
  const created = events.find(({ event_type }) => event_type === 'WPCreated')
  return {
    id,
    workPackage: id,
    title: state.title ?? id,
    body,
    createdAt: created?.timestamp ?? events[0]?.timestamp ?? null,
    createdBy: created?.actor ?? null,
    updatedAt: state.updated_at,
    updatedBy: state.actor,
    dependencies: state.dependencies,
    subtasks: state.subtasks.map(({ id: subtask, done }) => ({ id: subtask, title: '', done })),
    tags: state.tags.map(({ tag }) => tag),
    priority: state.priority === DEFAULT_PRIORITY ? null : String(state.priority),
    assignee: state.assignee,
    lane: {
      status: state.lane,
      role: roleOf(state.lane, table),
      lane: state.lane,
      at: state.lane_since,
      by: state.lane_actor,
    },
    changes: countedOnce(events).flatMap(changeOf),
  }
}

/** Keeps the first of several events with one import key, and drops notes that were retracted. */
function countedOnce(events: readonly LogEvent[]): LogEvent[] {
  const keys = new Set<string>()
  const retracted = new Set(
    events.flatMap((event) =>
      // Cast: payloads are plain objects, read key by key.
      event.event_type === 'NoteRetracted' ? (textAt(event.payload as Json, 'note') ?? []) : [],
    ),
  )
  return events.filter(({ event_id, causation_id }) => {
    const isTwin = causation_id?.startsWith('import:') === true && keys.has(causation_id)
    if (causation_id !== null) keys.add(causation_id)
    return !isTwin && !retracted.has(event_id)
  })
}

function changeOf(event: LogEvent): ItemChange[] {
  // Cast: as above.
  const payload = event.payload as Json
  const base = { id: event.event_id, at: event.timestamp, by: event.actor }
  const text = (key: string): string => textAt(payload, key) ?? ''
  switch (event.event_type) {
    case 'NoteAdded':
      return [{ ...base, kind: 'note', text: text('text') }]
    case 'SubtaskCompleted':
      return [{ ...base, kind: 'subtask', subtask: text('subtask_id'), done: payload['done'] === true }]
    case 'Assigned':
      return [{ ...base, kind: 'assign', assignee: textAt(payload, 'assignee'), actorInfo: infoOf(payload) }]
    case 'LinkAdded':
      return [
        {
          ...base,
          kind: 'link',
          link: linkKind(text('kind')),
          ref: text('ref'),
          title: textAt(payload, 'title'),
        },
      ]
    case 'WPStatusChanged':
      return [
        {
          ...base,
          kind: 'move',
          from: text('old_status'),
          to: text('new_status'),
          reason: textAt(payload, 'reason'),
          force: payload['force'] === true,
          evidence: objectAt(payload, 'evidence'),
          review: objectAt(payload, 'review'),
          actorInfo: infoOf(payload),
        },
      ]
    default:
      return []
  }
}

function linkKind(kind: string): LinkKind {
  return kind === 'tracker' || kind === 'review' || kind === 'commit' ? kind : 'other'
}

function infoOf(payload: Json): Readonly<Record<string, string>> | null {
  const info = payload['actor_info']
  if (!isJson(info)) return null
  return Object.fromEntries(
    Object.entries(info).flatMap(([key, value]) => (typeof value === 'string' ? [[key, value]] : [])),
  )
}
