import type { EventType } from './event.js'
import type { ActorInfo, Evidence, PayloadOf, Review } from './payloads.js'
import {
  anyObject,
  anything,
  array,
  atMostBytes,
  boolean,
  int,
  nonEmpty,
  object,
  oneOf,
  openObject,
  optional,
  nullable,
  string,
  type PayloadSchema,
  type Schema,
} from './schema.js'

const name = nonEmpty(200)
const line = nonEmpty(1000)
const text = string({ max: 100_000 })
const slug = { feature_slug: name }
const amount = optional(int())
const priority = int({ min: 0, max: 4 })
/** Most bytes of evidence, review and actor information in one event, as JSON. */
export const MAX_ATTACHED_BYTES = 16 * 1024

type Payload<Type extends EventType> = PayloadOf[Type]
type ItemOf<List> = NonNullable<List> extends readonly (infer Item)[] ? Item : never

const elements = optional(
  object<NonNullable<Payload<'WPChanged'>['dependencies']>>({
    added: array(name),
    removed: array(object<{ id: string; seen: readonly string[] }>({ id: name, seen: array(name) })),
  }),
)
function change<Value>(value: Schema<Value>) {
  return optional(object<{ old: Value | null; new: Value }>({ old: nullable(value), new: value }))
}

const actorInfo = optional(
  openObject<ActorInfo>({
    role: optional(line),
    profile: optional(line),
    tool: optional(line),
    model: optional(line),
    provider: optional(line),
  }),
)
const evidence = openObject<Evidence>({
  review: optional(anything()),
  repos: optional(
    array(
      openObject<ItemOf<Evidence['repos']>>({
        repo: line,
        branch: optional(line),
        commit: optional(line),
        files: optional(array(line)),
      }),
    ),
  ),
  verification: optional(
    array(
      openObject<ItemOf<Evidence['verification']>>({
        command: text,
        result: text,
        summary: optional(text),
      }),
    ),
  ),
})
const review = openObject<Review>({
  reviewer: optional(line),
  verdict: optional(line),
  reference: optional(line),
})

const move = {
  ...slug,
  old_status: name,
  new_status: name,
  reason: optional(text),
  force: optional(boolean()),
  gate_results: optional(
    array(
      object<ItemOf<Payload<'WPStatusChanged'>['gate_results']>>({
        gate_type: line,
        status: name,
        details: optional(text),
      }),
    ),
  ),
  dependency_status: optional(
    object<NonNullable<Payload<'WPStatusChanged'>['dependency_status']>>({
      all_complete: boolean(),
      incomplete_dependencies: array(name),
    }),
  ),
  holder: optional(line),
  session: optional(name),
  undo: optional(name),
}

/**
 * What each payload may hold, in its current version. Exhaustive: a new event type does not compile until it is here.
 * Statuses are plain names, since a project may configure its own lanes; the workflow table says which exist.
 */
export const PAYLOAD_SCHEMAS: { readonly [T in EventType]: PayloadSchema<PayloadOf[T]> } = {
  SpecCreated: object<Payload<'SpecCreated'>>({ ...slug, title: text, mission: text, created_by: text }),
  FeatureArchived: object<Payload<'FeatureArchived'>>({ ...slug, reason: optional(text) }),
  FeatureRestored: object<Payload<'FeatureRestored'>>({ ...slug, reason: optional(text) }),
  WPCreated: object<Payload<'WPCreated'>>({
    ...slug,
    work_package_id: name,
    title: text,
    dependencies: array(name),
    subtasks: array(name),
    priority: optional(priority),
    file: optional(name),
    renumbered: optional(
      object<NonNullable<Payload<'WPCreated'>['renumbered']>>({ work_package_id: name, events: array(name) }),
    ),
  }),
  WPChanged: object<Payload<'WPChanged'>>({
    ...slug,
    work_package_id: name,
    title: change(text),
    priority: change(priority),
    dependencies: elements,
    subtasks: elements,
    source: object<Payload<'WPChanged'>['source']>({ commit: nullable(name), author: nullable(line) }),
  }),
  WPStatusChanged: atMostBytes<Payload<'WPStatusChanged'>>(
    ['evidence', 'review', 'actor_info'],
    MAX_ATTACHED_BYTES,
    object<Payload<'WPStatusChanged'>>({
      ...move,
      evidence: optional(evidence),
      review: optional(review),
      actor_info: actorInfo,
    }),
  ),
  WorkspaceCreated: object<Payload<'WorkspaceCreated'>>({
    ...slug,
    work_package_id: name,
    worktree_path: string({ min: 1, max: 4096 }),
    branch_name: line,
    base_branch: optional(line),
  }),
  SubtaskCompleted: object<Payload<'SubtaskCompleted'>>({
    ...slug,
    work_package_id: name,
    subtask_id: name,
    done: boolean(),
  }),
  GateCreated: object<Payload<'GateCreated'>>({
    ...slug,
    work_package_id: name,
    gate_id: name,
    gate_type: line,
  }),
  GateResultChanged: object<Payload<'GateResultChanged'>>({
    ...slug,
    gate_id: name,
    old_status: name,
    new_status: oneOf('pending', 'passed', 'failed'),
    result_data: optional(anyObject()),
  }),
  TagsChanged: object<Payload<'TagsChanged'>>({
    ...slug,
    added: array(name),
    removed: array(object<Payload<'TagsChanged'>['removed'][number]>({ tag: name, seen: array(name) })),
  }),
  UsageRecorded: object<Payload<'UsageRecorded'>>({
    ...slug,
    tokens: amount,
    cost_usd_micros: amount,
    seconds: amount,
    undo: optional(name),
  }),
  NoteAdded: object<Payload<'NoteAdded'>>({ ...slug, text }),
  NoteRetracted: object<Payload<'NoteRetracted'>>({ ...slug, note: name }),
  Assigned: atMostBytes<Payload<'Assigned'>>(
    ['actor_info'],
    MAX_ATTACHED_BYTES,
    object<Payload<'Assigned'>>({
      ...slug,
      work_package_id: name,
      assignee: nullable(name),
      actor_info: actorInfo,
    }),
  ),
  LinkAdded: object<Payload<'LinkAdded'>>({
    ...slug,
    work_package_id: optional(name),
    kind: oneOf('tracker', 'review', 'commit', 'other'),
    ref: string({ min: 1, max: 4096 }),
    title: optional(text),
  }),
  HeadsJoined: object<Payload<'HeadsJoined'>>(slug),
}

type OlderMove = Omit<Payload<'WPStatusChanged'>, 'evidence' | 'review' | 'actor_info'>

/** Earlier versions that are still written: a move without the keys of version 2 stays readable for older programs. */
export const OLDER_SCHEMAS: { readonly [T in EventType]?: Readonly<Record<number, PayloadSchema>> } = {
  WPStatusChanged: { 1: object<OlderMove>(move) },
}

/** What a redaction leaves of any payload. */
export const STUB_SCHEMA: PayloadSchema = object<{ feature_slug: string; redacted: string }>({
  ...slug,
  redacted: text,
})
