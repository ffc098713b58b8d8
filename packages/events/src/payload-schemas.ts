import type { EventType, PayloadOf } from './event.js'
import {
  anyObject,
  array,
  boolean,
  int,
  nonEmpty,
  object,
  oneOf,
  optional,
  string,
  type PayloadSchema,
} from './schema.js'

const name = nonEmpty(200)
const line = nonEmpty(1000)
const text = string({ max: 100_000 })
const slug = { feature_slug: name }
const amount = optional(int())

/**
 * What each payload may hold, version 1. Exhaustive: a new event type does not compile until it stands here.
 * Statuses are plain names, since a project may configure its own lanes; the workflow table says which exist.
 */
export const PAYLOAD_SCHEMAS: { readonly [T in EventType]: PayloadSchema<PayloadOf[T]> } = {
  SpecCreated: object<PayloadOf['SpecCreated']>({ ...slug, title: text, mission: text, created_by: text }),
  WPCreated: object<PayloadOf['WPCreated']>({
    ...slug,
    work_package_id: name,
    title: text,
    dependencies: array(name),
    subtasks: array(name),
  }),
  WPStatusChanged: object<PayloadOf['WPStatusChanged']>({
    ...slug,
    old_status: name,
    new_status: name,
    reason: optional(text),
    force: optional(boolean()),
    gate_results: optional(
      array(object<GateResult>({ gate_type: line, status: name, details: optional(text) })),
    ),
    dependency_status: optional(
      object<DependencyResult>({ all_complete: boolean(), incomplete_dependencies: array(name) }),
    ),
  }),
  WorkspaceCreated: object<PayloadOf['WorkspaceCreated']>({
    ...slug,
    work_package_id: name,
    worktree_path: string({ min: 1, max: 4096 }),
    branch_name: line,
    base_branch: optional(line),
  }),
  SubtaskCompleted: object<PayloadOf['SubtaskCompleted']>({
    ...slug,
    work_package_id: name,
    subtask_id: name,
    done: boolean(),
  }),
  GateCreated: object<PayloadOf['GateCreated']>({
    ...slug,
    work_package_id: name,
    gate_id: name,
    gate_type: line,
  }),
  GateResultChanged: object<PayloadOf['GateResultChanged']>({
    ...slug,
    gate_id: name,
    old_status: name,
    new_status: oneOf('pending', 'passed', 'failed'),
    result_data: optional(anyObject()),
  }),
  TagsChanged: object<PayloadOf['TagsChanged']>({
    ...slug,
    added: array(name),
    removed: array(object<Removal>({ tag: name, seen: array(name) })),
  }),
  UsageRecorded: object<PayloadOf['UsageRecorded']>({
    ...slug,
    tokens: amount,
    cost_usd_micros: amount,
    seconds: amount,
  }),
  NoteAdded: object<PayloadOf['NoteAdded']>({ ...slug, text }),
}

type GateResult = NonNullable<PayloadOf['WPStatusChanged']['gate_results']>[number]
type DependencyResult = NonNullable<PayloadOf['WPStatusChanged']['dependency_status']>
type Removal = PayloadOf['TagsChanged']['removed'][number]
