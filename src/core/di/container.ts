import 'reflect-metadata'
import { join } from 'node:path'
import { Container } from 'inversify'
import { JsonlErrorStorage } from '../errors/jsonl-error-storage.js'
import { Notices } from '../errors/notices.js'
import { SqliteIndexHealth } from '../index/sqlite-index-health.js'
import { FileClockStorage } from '../log/clock-storage.js'
import type { DayFiles } from '../log/day-file.js'
import { FileLock, lockTimeout } from '../log/file-lock.js'
import { FileJournal } from '../log/journal.js'
import { JsonlEventLog } from '../log/jsonl-event-log.js'
import { type Extensions, NO_EXTENSIONS } from '../plugin/host/extensions.js'
import { HookRunner } from '../plugin/host/hook-runner.js'
import { LaneInFile } from '../rules/lane-in-file.js'
import * as libraryGuards from '../rules/library-guards.js'
import type { MoveRule } from '../rules/move-rule.js'
import { MoveRules } from '../rules/move-rules.js'
import { dayFilesFor } from '../log/writer-files.js'
import { Conflicts } from '../services/conflicts.js'
import { Doctor } from '../services/doctor/doctor.js'
import { LogChecks } from '../services/doctor/log-checks.js'
import { MachineChecks } from '../services/doctor/machine-checks.js'
import { EventQueries } from '../services/event-queries.js'
import { FollowEvents } from '../services/follow-events.js'
import { FinalizeTasks } from '../services/finalize-tasks.js'
import { Implement } from '../services/implement.js'
import { Initialise } from '../services/initialise.js'
import { LaneFiles } from '../services/lane-files.js'
import { MergePreview } from '../services/merge-preview.js'
import { MoveTask } from '../services/move-task.js'
import { PastBoard } from '../services/past-board.js'
import { RebuildClock } from '../services/rebuild-clock.js'
import { Recall } from '../services/recall.js'
import { Revisions } from '../services/revisions.js'
import { Scope } from '../services/scope.js'
import { SetupSpec } from '../services/setup-spec.js'
import { Status } from '../services/status.js'
import { TaskQueries } from '../services/task-queries.js'
import { ErrorQueries } from '../services/error-queries.js'
import { Gates } from '../services/gates.js'
import { MarkSubtasks } from '../services/mark-subtasks.js'
import { NoteTask } from '../services/note-task.js'
import { RecordUsage } from '../services/record-usage.js'
import { SubtaskFiles } from '../services/subtask-files.js'
import { TagTask } from '../services/tag-task.js'
import { WatchBoard } from '../services/watch-board.js'
import { Verify } from '../services/verify.js'
import { AttributeGuard } from '../store/attribute-guard.js'
import { Workspaces } from '../services/workspaces.js'
import { LogEventStore } from '../store/log-event-store.js'
import { Recovery } from '../store/recovery.js'
import { assertSafe } from '../workspace/assert-safe.js'
import type { MergeOptions } from '../events-lib.js'
import { type Config, readConfig } from '../workspace/config.js'
import { findWorkspace, requireInitialised } from '../workspace/find-workspace.js'
import type { Session } from '../workspace/session.js'
import type { Workspace } from '../workspace/workspace.js'
import { bindToResolver, MissingBinding, type Resolver, type Token, TOKENS } from './tokens.js'

/** How long a command waits for another that is telling plugins of its events; that one's successor tells of these. */
const HOOK_LOCK_MS = 5_000

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- inversify's own Newable: its arguments are what the tokens say
type Class<T> = new (...args: any[]) => T

/**
 * The composition root: the one place that knows which class serves which token. Every service is made once a
 * container, and tied to it, so that the aspects on its methods find their own services there.
 * @param extensions what plugins add
 */
export function createContainer(session: Session, extensions: Extensions = NO_EXTENSIONS): Resolver {
  const container = new Container({ defaultScope: 'Singleton' })
  const resolver: Resolver = {
    resolve: async <T>(token: Token<T>): Promise<T> => {
      if (!container.isBound(token))
        throw new MissingBinding(`${String(token)} is not bound in src/core/di/container.ts.`)
      return container.getAsync<T>(token)
    },
  }
  // The class is named by a function, so that the bundle loads a service's module when the service is asked for.
  const serve = <T extends object>(token: Token<T>, service: () => Class<T>): void => {
    container.bind<T>(token).toDynamicValue((context) => {
      const made = service()
      if (!container.isBound(made)) container.bind(made).toSelf()
      const instance = context.get(made)
      bindToResolver(instance, resolver)
      return instance
    })
  }
  const make = <T>(token: Token<T>, factory: (workspace: Workspace) => T): void => {
    container.bind<T>(token).toDynamicValue((context) => factory(context.get<Workspace>(TOKENS.Workspace)))
  }

  container.bind(TOKENS.Session).toConstantValue(session)
  container.bind(TOKENS.Notices).toConstantValue(new Notices())
  container.bind(TOKENS.Registry).toConstantValue(extensions.registry)
  container.bind(TOKENS.Workspace).toDynamicValue(() => openWorkspace(session))

  make(TOKENS.Config, readConfig)
  container.bind(TOKENS.FoldRules).toDynamicValue((context): MergeOptions => {
    const { workflow, merge } = context.get<Config>(TOKENS.Config)
    return { table: workflow, statusRule: merge.status }
  })
  container.bind(TOKENS.Workflow).toDynamicValue((context) => context.get<Config>(TOKENS.Config).workflow)
  make(TOKENS.WriteLock, ({ lockFile }) => new FileLock(lockFile, lockTimeout(session.env)))
  make(TOKENS.WorkspaceLock, ({ privateDir }) => {
    return (name) => new FileLock(join(privateDir, 'workspaces', `${name}.lock`), lockTimeout(session.env))
  })
  make(TOKENS.Journal, ({ journalFile }) => new FileJournal(journalFile))
  make(TOKENS.ClockStorage, ({ clockFile }) => new FileClockStorage(clockFile))
  container.bind(TOKENS.EventLog).toDynamicValue((context) => {
    const workspace = context.get<Workspace>(TOKENS.Workspace)
    const files = (): DayFiles => dayFilesFor(workspace, container.get<Config>(TOKENS.Config))
    const notices = context.get<Notices>(TOKENS.Notices)
    return new JsonlEventLog(
      workspace,
      context.get(TOKENS.Journal),
      files,
      (text) => notices.warn(text),
      extensions.registry,
    )
  })
  container
    .bind(TOKENS.AfterEvents)
    .toDynamicValue(
      (context) =>
        new HookRunner(
          extensions.hooks,
          (path) => new FileLock(path, HOOK_LOCK_MS),
          context.get(TOKENS.Workspace),
          context.get(TOKENS.EventLog),
          context.get(TOKENS.EventStore),
          context.get(TOKENS.ErrorStorage),
          context.get(TOKENS.Notices),
        ),
    )

  serve(TOKENS.IndexHealth, () => SqliteIndexHealth)
  serve(TOKENS.AttributeGuard, () => AttributeGuard)
  serve(TOKENS.Recovery, () => Recovery)
  serve(TOKENS.EventStore, () => LogEventStore)
  serve(TOKENS.ErrorStorage, () => JsonlErrorStorage)
  for (const guard of Object.values(libraryGuards)) serve<MoveRule>(TOKENS.MoveRule, () => guard)
  serve<MoveRule>(TOKENS.MoveRule, () => LaneInFile)
  for (const rule of extensions.moveRules) container.bind<MoveRule>(TOKENS.MoveRule).toConstantValue(rule)
  serve(TOKENS.MoveRules, () => MoveRules)
  serve(TOKENS.Recall, () => Recall)
  serve(TOKENS.Scope, () => Scope)
  serve(TOKENS.LaneFiles, () => LaneFiles)
  serve(TOKENS.Initialise, () => Initialise)
  serve(TOKENS.SetupSpec, () => SetupSpec)
  serve(TOKENS.FinalizeTasks, () => FinalizeTasks)
  serve(TOKENS.MoveTask, () => MoveTask)
  serve(TOKENS.EventQueries, () => EventQueries)
  serve(TOKENS.TaskQueries, () => TaskQueries)
  serve(TOKENS.ErrorQueries, () => ErrorQueries)
  serve(TOKENS.Gates, () => Gates)
  serve(TOKENS.MarkSubtasks, () => MarkSubtasks)
  serve(TOKENS.NoteTask, () => NoteTask)
  serve(TOKENS.RecordUsage, () => RecordUsage)
  serve(TOKENS.SubtaskFiles, () => SubtaskFiles)
  serve(TOKENS.TagTask, () => TagTask)
  serve(TOKENS.FollowEvents, () => FollowEvents)
  serve(TOKENS.Status, () => Status)
  serve(TOKENS.WatchBoard, () => WatchBoard)
  serve(TOKENS.Verify, () => Verify)
  serve(TOKENS.Doctor, () => Doctor)
  serve(TOKENS.MachineChecks, () => MachineChecks)
  serve(TOKENS.LogChecks, () => LogChecks)
  serve(TOKENS.RebuildClock, () => RebuildClock)
  serve(TOKENS.Conflicts, () => Conflicts)
  serve(TOKENS.PastBoard, () => PastBoard)
  serve(TOKENS.Revisions, () => Revisions)
  serve(TOKENS.MergePreview, () => MergePreview)
  serve(TOKENS.Implement, () => Implement)
  serve(TOKENS.Workspaces, () => Workspaces)
  return resolver
}

function openWorkspace(session: Session): Workspace {
  const workspace = findWorkspace(session.cwd, session.env)
  // A .kittify that is a file or a link is a better answer than that it is not there.
  assertSafe(workspace)
  requireInitialised(workspace)
  return workspace
}
