import 'reflect-metadata'
import { join } from 'node:path'
import { Container } from 'inversify'
import { JsonlErrorStorage } from '../errors/jsonl-error-storage.js'
import { Notices } from '../errors/notices.js'
import { SqliteIndexHealth } from '../index/sqlite-index-health.js'
import { FileClockStorage } from '../log/clock-storage.js'
import type { DayFiles } from '../log/format/day-file.js'
import { FileLock, lockTimeout } from '../lock/file-lock.js'
import { FileArchive } from '../log/archive/archive.js'
import { FileJournal } from '../log/repair/journal.js'
import { JsonlEventLog } from '../log/jsonl-event-log.js'
import { type Extensions, NO_EXTENSIONS } from '../plugin/host/extensions.js'
import { HookRunner } from '../plugin/host/hook-runner.js'
import { LaneInFile } from '../rules/lane-in-file.js'
import * as libraryGuards from '../rules/library-guards.js'
import type { MoveRule } from '../rules/move-rule.js'
import { MoveRules } from '../rules/move-rules.js'
import { dayFilesFor } from '../log/format/writer-files.js'
import { Conflicts } from '../services/conflicts.js'
import { Doctor } from '../services/doctor/doctor.js'
import { LogChecks } from '../services/doctor/log-checks.js'
import { MachineChecks } from '../services/doctor/machine-checks.js'
import { EventQueries } from '../services/event-queries.js'
import { FollowEvents } from '../follow/follow-events.js'
import { FinalizeTasks } from '../services/finalize-tasks.js'
import { Implement } from '../services/implement.js'
import { Initialize } from '../services/initialize.js'
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
import { WatchBoard } from '../follow/watch-board.js'
import { Verify } from '../services/verify.js'
import { AttributeGuard } from '../store/attribute-guard.js'
import { Workspaces } from '../services/workspaces.js'
import { LogEventStore } from '../store/log-event-store.js'
import { Acknowledged } from '../store/acknowledged.js'
import { Recovery } from '../store/recovery.js'
import { assertSafe } from '../files/assert-safe.js'
import type { MergeOptions } from '../events-lib.js'
import { type Config, readConfig } from '../workspace/config.js'
import { findWorkspace, requireInitialized } from '../workspace/find-workspace.js'
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
  const unbound = new Map<symbol, () => void>()
  const bindNow = (token: symbol): void => {
    const bind = unbound.get(token)
    unbound.delete(token)
    bind?.()
  }
  const resolver: Resolver = {
    resolve: async <T>(token: Token<T>): Promise<T> => {
      bindNow(token)
      if (!container.isBound(token))
        throw new MissingBinding(`${String(token)} is not bound in src/core/di/container.ts.`)
      return container.getAsync<T>(token)
    },
  }
  const make = <T>(token: Token<T>, factory: (workspace: Workspace) => T): void => {
    container.bind<T>(token).toDynamicValue((context) => factory(context.get<Workspace>(TOKENS.Workspace)))
  }
  const serve = <T extends object>(token: Token<T>, service: Class<T>): void => {
    container
      .bind<T>(token)
      .to(service)
      .onActivation((_, instance) => {
        bindToResolver(instance, resolver)
        return instance
      })
  }
  // Bound when it is asked for, together with what else only then is needed: to bind all takes as long as to open the
  // index. Its class is named by a function, so that the bundle does not load its module before.
  const serveLater = <T extends object>(
    token: Token<T>,
    service: () => Class<T>,
    needs: readonly Token<unknown>[] = [],
  ): void => {
    unbound.set(token, () => {
      for (const needed of needs) bindNow(needed)
      serve(token, service())
    })
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
  make(TOKENS.Journal, ({ journalFile }) => new FileJournal(journalFile))
  make(TOKENS.Archive, ({ archiveDir }) => new FileArchive(archiveDir))
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
  serve(TOKENS.IndexHealth, SqliteIndexHealth)
  serve(TOKENS.AttributeGuard, AttributeGuard)
  serve(TOKENS.Acknowledged, Acknowledged)
  serve(TOKENS.Recovery, Recovery)
  serve(TOKENS.EventStore, LogEventStore)
  serve(TOKENS.ErrorStorage, JsonlErrorStorage)

  unbound.set(TOKENS.AfterEvents, () => {
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
  })
  unbound.set(TOKENS.WorkspaceLock, () => {
    make(TOKENS.WorkspaceLock, ({ privateDir }) => {
      return (name) => new FileLock(join(privateDir, 'workspaces', `${name}.lock`), lockTimeout(session.env))
    })
  })
  unbound.set(TOKENS.MoveRule, () => {
    bindNow(TOKENS.LaneFiles)
    for (const guard of Object.values(libraryGuards)) serve<MoveRule>(TOKENS.MoveRule, guard)
    serve<MoveRule>(TOKENS.MoveRule, LaneInFile)
    for (const rule of extensions.moveRules) container.bind<MoveRule>(TOKENS.MoveRule).toConstantValue(rule)
  })
  serveLater(TOKENS.MoveRules, () => MoveRules, [TOKENS.MoveRule])
  serveLater(TOKENS.Recall, () => Recall)
  serveLater(TOKENS.Scope, () => Scope)
  serveLater(TOKENS.LaneFiles, () => LaneFiles)
  serveLater(TOKENS.Initialize, () => Initialize)
  serveLater(TOKENS.SetupSpec, () => SetupSpec, [TOKENS.Scope])
  serveLater(TOKENS.FinalizeTasks, () => FinalizeTasks)
  serveLater(TOKENS.MoveTask, () => MoveTask, [TOKENS.MoveRules, TOKENS.Recall])
  serveLater(TOKENS.EventQueries, () => EventQueries, [TOKENS.Scope])
  serveLater(TOKENS.TaskQueries, () => TaskQueries, [TOKENS.LaneFiles])
  serveLater(TOKENS.ErrorQueries, () => ErrorQueries, [TOKENS.Scope, TOKENS.MoveRules, TOKENS.Recall])
  serveLater(TOKENS.Gates, () => Gates)
  serveLater(TOKENS.MarkSubtasks, () => MarkSubtasks, [TOKENS.SubtaskFiles])
  serveLater(TOKENS.NoteTask, () => NoteTask)
  serveLater(TOKENS.RecordUsage, () => RecordUsage)
  serveLater(TOKENS.SubtaskFiles, () => SubtaskFiles, [TOKENS.LaneFiles])
  serveLater(TOKENS.TagTask, () => TagTask)
  serveLater(TOKENS.FollowEvents, () => FollowEvents)
  serveLater(TOKENS.Status, () => Status, [TOKENS.LaneFiles])
  serveLater(TOKENS.WatchBoard, () => WatchBoard, [TOKENS.Status])
  serveLater(TOKENS.Verify, () => Verify)
  serveLater(TOKENS.Doctor, () => Doctor)
  serveLater(TOKENS.MachineChecks, () => MachineChecks)
  serveLater(TOKENS.LogChecks, () => LogChecks, [TOKENS.Verify, TOKENS.RebuildClock, TOKENS.LaneFiles])
  serveLater(TOKENS.RebuildClock, () => RebuildClock)
  serveLater(TOKENS.Conflicts, () => Conflicts, [TOKENS.LaneFiles])
  serveLater(TOKENS.PastBoard, () => PastBoard, [TOKENS.LaneFiles, TOKENS.Revisions])
  serveLater(TOKENS.Revisions, () => Revisions)
  serveLater(TOKENS.MergePreview, () => MergePreview, [TOKENS.Revisions])
  serveLater(TOKENS.Implement, () => Implement, [TOKENS.MoveRules, TOKENS.Recall, TOKENS.WorkspaceLock])
  serveLater(TOKENS.Workspaces, () => Workspaces, [TOKENS.WorkspaceLock])
  return resolver
}

function openWorkspace(session: Session): Workspace {
  const workspace = findWorkspace(session.cwd, session.env)
  // A .kittify that is a file or a link is a better answer than that it is not there.
  assertSafe(workspace)
  requireInitialized(workspace)
  return workspace
}
