import type { ErrorStorage } from '../errors/error-storage.js'
import type { Notices } from '../errors/notices.js'
import type { IndexHealth } from '../index/index-health.js'
import type { ClockStorage } from '../log/clock-storage.js'
import type { EventLog } from '../log/event-log.js'
import type { LockOf, WriteLock } from '../lock/file-lock.js'
import type { Archive } from '../log/archive/archive.js'
import type { Journal } from '../log/repair/journal.js'
import type { Conflicts } from '../services/conflicts.js'
import type { Doctor } from '../services/doctor/doctor.js'
import type { LogChecks } from '../services/doctor/log-checks.js'
import type { MachineChecks } from '../services/doctor/machine-checks.js'
import type { EventQueries } from '../services/event-queries.js'
import type { FollowEvents } from '../follow/follow-events.js'
import type { FinalizeTasks } from '../services/finalize-tasks.js'
import type { Implement } from '../services/implement.js'
import type { Initialize } from '../services/initialize.js'
import type { MergePreview } from '../services/merge-preview.js'
import type { MoveTask } from '../services/move-task.js'
import type { MoveRule } from '../rules/move-rule.js'
import type { MoveRules } from '../rules/move-rules.js'
import type { Recall } from '../services/recall.js'
import type { PastBoard } from '../services/past-board.js'
import type { Revisions } from '../services/revisions.js'
import type { Scope } from '../services/scope.js'
import type { SetupSpec } from '../services/setup-spec.js'
import type { Status } from '../services/status.js'
import type { WatchBoard } from '../follow/watch-board.js'
import type { Verify } from '../services/verify.js'
import type { LaneFiles } from '../services/lane-files.js'
import type { RebuildClock } from '../services/rebuild-clock.js'
import type { TaskQueries } from '../services/task-queries.js'
import type { AfterEvents } from '../plugin/host/after-events.js'
import type { ErrorQueries } from '../services/error-queries.js'
import type { Gates } from '../services/gates.js'
import type { MarkSubtasks } from '../services/mark-subtasks.js'
import type { NoteTask } from '../services/note-task.js'
import type { RecordUsage } from '../services/record-usage.js'
import type { SubtaskFiles } from '../services/subtask-files.js'
import type { TagTask } from '../services/tag-task.js'
import type { Workspaces } from '../services/workspaces.js'
import type { MergeOptions, Registry, WorkflowTable } from '../events-lib.js'
import type { AttributeGuard } from '../store/attribute-guard.js'
import type { Acknowledged } from '../store/acknowledged.js'
import type { Recovery } from '../store/recovery.js'
import type { EventStore } from '../store/event-store.js'
import type { Config } from '../workspace/config.js'
import type { Session } from '../workspace/session.js'
import type { Workspace } from '../workspace/workspace.js'

// The ports stand with their tokens: commands and aspects name them from here alone.
export type { ErrorStorage, EventStore }

declare const SERVED: unique symbol

/** Names a service in the container. `T` is the port it stands for; two copies of this module make the same symbol. */
export type Token<T> = symbol & { readonly [SERVED]?: T }

function token<T>(name: string): Token<T> {
  return Symbol.for(`kitty.${name}.v1`)
}

/** Every service of the program, by the port it stands for. */
export const TOKENS = {
  Session: token<Session>('Session'),
  Workspace: token<Workspace>('Workspace'),
  Notices: token<Notices>('Notices'),
  WriteLock: token<WriteLock>('WriteLock'),
  Journal: token<Journal>('Journal'),
  Archive: token<Archive>('Archive'),
  EventLog: token<EventLog>('EventLog'),
  ClockStorage: token<ClockStorage>('ClockStorage'),
  IndexHealth: token<IndexHealth>('IndexHealth'),
  Acknowledged: token<Acknowledged>('Acknowledged'),
  Recovery: token<Recovery>('Recovery'),
  AttributeGuard: token<AttributeGuard>('AttributeGuard'),
  Config: token<Config>('Config'),
  Workflow: token<WorkflowTable>('Workflow'),
  /** Event types: the library's own and those of plugins. */
  Registry: token<Registry>('Registry'),
  AfterEvents: token<AfterEvents>('AfterEvents'),
  FoldRules: token<MergeOptions>('FoldRules'),
  /** Many: every rule about moves that is bound takes part. */
  MoveRule: token<MoveRule>('MoveRule'),
  MoveRules: token<MoveRules>('MoveRules'),
  Recall: token<Recall>('Recall'),
  EventStore: token<EventStore>('EventStore'),
  ErrorStorage: token<ErrorStorage>('ErrorStorage'),
  Scope: token<Scope>('Scope'),
  LaneFiles: token<LaneFiles>('LaneFiles'),
  EventQueries: token<EventQueries>('EventQueries'),
  TaskQueries: token<TaskQueries>('TaskQueries'),
  FollowEvents: token<FollowEvents>('FollowEvents'),
  RebuildClock: token<RebuildClock>('RebuildClock'),
  Initialize: token<Initialize>('Initialize'),
  SetupSpec: token<SetupSpec>('SetupSpec'),
  FinalizeTasks: token<FinalizeTasks>('FinalizeTasks'),
  MoveTask: token<MoveTask>('MoveTask'),
  ErrorQueries: token<ErrorQueries>('ErrorQueries'),
  Gates: token<Gates>('Gates'),
  MarkSubtasks: token<MarkSubtasks>('MarkSubtasks'),
  NoteTask: token<NoteTask>('NoteTask'),
  RecordUsage: token<RecordUsage>('RecordUsage'),
  SubtaskFiles: token<SubtaskFiles>('SubtaskFiles'),
  TagTask: token<TagTask>('TagTask'),
  Status: token<Status>('Status'),
  WatchBoard: token<WatchBoard>('WatchBoard'),
  Verify: token<Verify>('Verify'),
  Conflicts: token<Conflicts>('Conflicts'),
  PastBoard: token<PastBoard>('PastBoard'),
  Revisions: token<Revisions>('Revisions'),
  MergePreview: token<MergePreview>('MergePreview'),
  Implement: token<Implement>('Implement'),
  Workspaces: token<Workspaces>('Workspaces'),
  WorkspaceLock: token<LockOf>('WorkspaceLock'),
  Doctor: token<Doctor>('Doctor'),
  MachineChecks: token<MachineChecks>('MachineChecks'),
  LogChecks: token<LogChecks>('LogChecks'),
} as const

/** What an aspect may know of the container. */
export interface Resolver {
  /** @throws MissingBinding when nothing serves the token. */
  resolve<T>(token: Token<T>): Promise<T>
}

/** Nothing in the container serves a token: a defect of the wiring, never of the input. */
export class MissingBinding extends Error {
  override readonly name = 'MissingBinding'
}

const HOST = Symbol.for('kitty.container.v1')
const OPENED = Symbol.for('kitty.container-opened.v1')
const OWN = Symbol.for('kitty.resolver.v1')

/** Makes `provide` the process's container. Called once by the composition root; asked for at the first use. */
export function installHostContainer(provide: () => Promise<Resolver>): void {
  let container: Promise<Resolver> | undefined
  Object.defineProperty(globalThis, HOST, { configurable: true, get: () => (container ??= provide()) })
  Object.defineProperty(globalThis, OPENED, { configurable: true, get: () => container !== undefined })
}

/** True once anybody has asked the process's container for something. */
export function containerIsOpen(): boolean {
  return Reflect.get(globalThis, OPENED) === true
}

/** Ties a service to the container that made it. */
export function bindToResolver(instance: object, resolver: Resolver): void {
  Object.defineProperty(instance, OWN, { configurable: true, value: resolver })
}

/**
 * The container an object belongs to: the one that made it, else the process's.
 * @throws MissingBinding when there is none.
 */
export async function resolverOf(instance: object): Promise<Resolver> {
  const own: unknown = Reflect.get(instance, OWN)
  const resolver: unknown = own ?? (await Reflect.get(globalThis, HOST))
  if (isResolver(resolver)) return resolver
  throw new MissingBinding(
    'No container is installed: start through bin/run.js, or make one with createContainer.',
  )
}

function isResolver(value: unknown): value is Resolver {
  return (
    typeof value === 'object' && value !== null && 'resolve' in value && typeof value.resolve === 'function'
  )
}
