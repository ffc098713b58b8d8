import 'reflect-metadata'
import { join } from 'node:path'
import { Container, ContainerModule, type ServiceIdentifier } from 'inversify'
import { EventRegistry } from '../event-registry.js'
import type { MergeOptions, Registry, WorkflowTable } from '../events-lib.js'
import { ErrorStorage } from '../errors/error-storage.js'
import { JsonlErrorStorage } from '../errors/jsonl-error-storage.js'
import { NoticeList, Notices } from '../errors/notices.js'
import { HubFiles } from '../hub/hub-files.js'
import { HubLink } from '../hub/hub-link.js'
import { HubListener } from '../hub/hub-listener.js'
import { ArrivalMemory } from '../follow/arrival-memory.js'
import { IndexHealth, IndexKeep } from '../index/index-health.js'
import { KeptIndex } from '../index/sqlite/kept-index.js'
import { SqliteIndexHealth } from '../index/sqlite/sqlite-index-health.js'
import { sharedPermissions } from '../git/new-file-mode.js'
import { loadLockBinding } from '../platform/kernel-lock.js'
import { FileLock, lockTimeout } from '../lock/file-lock.js'
import { Archive, FileArchive } from '../log/archive/archive.js'
import { LockOf, WriteLock } from '../lock/write-lock.js'
import { ClockStorage } from '../log/clock-storage.js'
import { EventLog } from '../log/event-log.js'
import { SeenClock } from '../log/seen-clock.js'
import { FileClockStorage } from '../log/file-clock-storage.js'
import { dayFilesFor } from '../log/format/writer-files.js'
import { JsonlEventLog } from '../log/jsonl-event-log.js'
import { OverlaidLog } from '../log/overlaid-log.js'
import type { LogFolders } from '../log/repair/torn-tail.js'
import { FileJournal } from '../log/repair/file-journal.js'
import { Journal } from '../log/repair/journal.js'
import { PluginContainers } from './plugin-containers.js'
import { ProjectionTables } from '../plugin/table-projection.js'
import { TableProjections } from '../plugin/host/table-projections.js'
import { AfterEvents, NO_HOOKS } from '../plugin/host/after-events.js'
import { type Extensions, Formats, NO_EXTENSIONS } from '../plugin/host/extensions.js'
import { HookRunner } from '../plugin/host/hook-runner.js'
import { BranchInBase } from '../rules/branch-in-base.js'
import { LaneInFile } from '../rules/lane-in-file.js'
import * as libraryGuards from '../rules/library-guards.js'
import { MoveRule } from '../rules/move-rule.js'
import { OpensRepository } from '../services/doctor/doctor.js'
import { LogChecks } from '../services/doctor/log-checks.js'
import { QuietLook } from '../services/verify/quiet-look.js'
import { MachineChecks } from '../services/doctor/machine-checks.js'
import { EventStore, Team, type TeamLink } from '../store/event-store.js'
import { LogEventStore } from '../store/log-event-store.js'
import { bindToResolver, FreshContainer, MissingBinding, type Resolver, type ServiceId } from '../token.js'
import { EXPORTERS, IMPORTERS } from '../transfer/formats.js'
import { assertSafe } from '../files/assert-safe.js'
import { Config, FoldRules, readConfig, Workflow } from '../workspace/config.js'
import { findWorkspace, requireInitialized } from '../workspace/find-workspace.js'
import { Session } from '../workspace/session.js'
import { Workspace } from '../workspace/workspace.js'
import { Redactions } from '../log/redactions.js'

/** How long a command waits while another one notifies plugins; after that, a later command reports these events. */
const HOOK_LOCK_MS = 5_000

/** What the requests of one process share. */
interface Kept {
  readonly index: IndexKeep
  readonly arrivals: ArrivalMemory
}

/**
 * The composition root: the only place that knows which class implements which port. A service with a single
 * implementation is its own token, and Inversify binds it on first use. Classes are named inside functions, so that the
 * bundle loads a module when its token is first resolved.
 * @param extensions what plugins add
 * @param kept what outlives a request, in a process that answers many
 */
export function createContainer(
  session: Session,
  extensions: Extensions = NO_EXTENSIONS,
  kept?: Kept,
): Resolver {
  const container = new Container({ autobind: true, defaultScope: 'Singleton' })
  container.load(workspaceModule(session), logModule(session), storeModule(), pluginModule(extensions))
  container
    .bind<{ readonly keep: IndexKeep | undefined }>(IndexKeep)
    .toDynamicValue(() => ({ keep: kept?.index }))
  container.bind(ArrivalMemory).toDynamicValue(() => kept?.arrivals ?? new ArrivalMemory())
  let shared = kept
  container
    .bind<() => Resolver>(FreshContainer)
    .toConstantValue(() =>
      createContainer(
        session,
        extensions,
        (shared ??= { index: new KeptIndex(), arrivals: new ArrivalMemory() }),
      ),
    )
  const plugins = new PluginContainers(container, extensions.bindings)
  const resolver: Resolver = {
    resolve: async <T>(id: ServiceId<T>): Promise<T> => {
      const asked = id as ServiceIdentifier<T> // an abstract class has no instances, and is no token
      const isOwn = typeof id === 'symbol' && container.isBound(id)
      const home = isOwn ? container : await plugins.binding(asked)
      if (home === undefined && typeof id === 'symbol')
        throw new MissingBinding(
          `${String(id)} is bound neither in src/core/di/container.ts nor by a plugin that could be loaded.`,
        )
      const service = await (home ?? container).getAsync<T>(asked)
      // An aspect on a plugin's service must find this container, no matter which others the process has.
      if (home !== undefined && !isOwn) markOwner(service, resolver)
      return service
    },
  }
  return resolver
}

function markOwner(service: unknown, resolver: Resolver): void {
  if (typeof service === 'object' && service !== null && Object.isExtensible(service))
    bindToResolver(service, resolver)
}

/** Binds the workspace and the project's configuration. */
function workspaceModule(session: Session): ContainerModule {
  return new ContainerModule(({ bind }) => {
    bind<Session>(Session).toConstantValue(session)
    bind<Notices>(Notices).toConstantValue(new NoticeList())
    bind<Workspace>(Workspace).toDynamicValue(() => openWorkspace(session))
    bind<Config>(Config).toDynamicValue((context) => readConfig(context.get<Workspace>(Workspace)))
    bind<WorkflowTable>(Workflow).toDynamicValue((context) => context.get<Config>(Config).workflow)
    bind<MergeOptions>(FoldRules).toDynamicValue((context) => {
      const { workflow, merge } = context.get<Config>(Config)
      return { table: workflow, statusRule: merge.status }
    })
    bind<ErrorStorage>(ErrorStorage).toDynamicValue((context) => context.get(JsonlErrorStorage))
  })
}

/** Binds the log's files, the lock and the clock. */
function logModule(session: Session): ContainerModule {
  return new ContainerModule(({ bind }) => {
    bind<WriteLock>(WriteLock).toDynamicValue((context) => {
      const { lockFile, gitCommonDir } = context.get<Workspace>(Workspace)
      const shared = (): number => sharedPermissions(gitCommonDir)
      return new FileLock(lockFile, lockTimeout(session.env), loadLockBinding, shared)
    })
    bind<LockOf>(LockOf).toDynamicValue((context) => {
      const { privateDir, gitCommonDir } = context.get<Workspace>(Workspace)
      const shared = (): number => sharedPermissions(gitCommonDir)
      return (name, ms) => {
        const path = join(privateDir, 'workspaces', `${name}.lock`)
        return new FileLock(path, ms ?? lockTimeout(session.env), loadLockBinding, shared)
      }
    })
    bind<Journal>(Journal).toDynamicValue(
      (context) => new FileJournal(context.get<Workspace>(Workspace).journalFile),
    )
    bind<Archive>(Archive).toDynamicValue((context) => {
      const notices = context.get<Notices>(Notices)
      return new FileArchive(context.get<Workspace>(Workspace).archiveDir, (text) => notices.warn(text))
    })
    bind<ClockStorage>(ClockStorage).toDynamicValue((context) => {
      const { clockFile, privateDir } = context.get<Workspace>(Workspace)
      return new FileClockStorage(clockFile, new SeenClock(join(privateDir, 'clock')))
    })
    bind<EventLog>(EventLog).toDynamicValue((context) => {
      const workspace = context.get<Workspace>(Workspace)
      const notices = context.get<Notices>(Notices)
      const logIn = (folders: LogFolders): EventLog =>
        new JsonlEventLog(
          folders,
          context.get<Journal>(Journal),
          () => dayFilesFor(workspace, context.get<Config>(Config)),
          (text) => notices.warn(text),
          context.get<Registry>(EventRegistry),
          context.get<Redactions>(Redactions),
        )
      const log = logIn(workspace)
      if (context.get<Config>(Config).hub === undefined) return log
      const overlay = logIn({ ...workspace, eventsDir: join(workspace.privateDir, 'hub') })
      const fresh = context.get<() => Resolver>(FreshContainer)
      return new OverlaidLog(log, overlay, (tell) => listenToHub(fresh(), tell))
    })
    bind<Redactions>(Redactions).toDynamicValue(
      (context) => new Redactions(context.get<Workspace>(Workspace).privateDir),
    )
  })
}

/** Binds the store, its index, and the rules about moves. */
function storeModule(): ContainerModule {
  return new ContainerModule(({ bind }) => {
    bind<IndexHealth>(IndexHealth).toDynamicValue((context) => context.get(SqliteIndexHealth))
    bind<{ readonly link: TeamLink | undefined }>(Team).toDynamicValue((context) => {
      const isJoined =
        context.get<Config>(Config).hub !== undefined && context.get(HubFiles).joined() !== undefined
      return { link: isJoined ? context.get(HubLink) : undefined }
    })
    bind<EventStore>(EventStore).toDynamicValue((context) => context.get(LogEventStore))
    for (const name of Object.keys(libraryGuards) as (keyof typeof libraryGuards)[])
      bind<MoveRule>(MoveRule).toDynamicValue((context) => context.get<MoveRule>(libraryGuards[name]))
    bind<MoveRule>(MoveRule).toDynamicValue((context) => context.get(LaneInFile))
    bind<MoveRule>(MoveRule).toDynamicValue((context) => context.get(BranchInBase))
    bind<OpensRepository>(OpensRepository).toDynamicValue((context) => () => ({
      machine: context.get(MachineChecks),
      log: context.get(LogChecks),
      quiet: context.get(QuietLook),
      store: context.get<EventStore>(EventStore),
    }))
  })
}

function pluginModule(extensions: Extensions): ContainerModule {
  return new ContainerModule(({ bind }) => {
    bind(EventRegistry).toConstantValue(extensions.registry)
    bind<Formats>(Formats).toDynamicValue(() => ({
      importers: [...IMPORTERS, ...extensions.importers],
      exporters: [...EXPORTERS, ...extensions.exporters],
    }))
    bind<ProjectionTables>(ProjectionTables).toDynamicValue((context) => context.get(TableProjections))
    for (const rule of extensions.moveRules) bind<MoveRule>(MoveRule).toConstantValue(rule)
    bind<AfterEvents>(AfterEvents).toDynamicValue((context) => {
      if (extensions.hooks.length === 0) return NO_HOOKS
      const workspace = context.get<Workspace>(Workspace)
      const shared = (): number => sharedPermissions(workspace.gitCommonDir)
      return new HookRunner(
        extensions.hooks,
        { at: (path) => new FileLock(path, HOOK_LOCK_MS, loadLockBinding, shared), waitMs: HOOK_LOCK_MS },
        workspace,
        context.get<EventLog>(EventLog),
        context.get<EventStore>(EventStore),
        context.get<ErrorStorage>(ErrorStorage),
        context.get<Notices>(Notices),
      )
    })
  })
}

/** Listens in a container of its own, and so with an index of its own. @returns how to end it */
function listenToHub(container: Resolver, tell: (trouble: Error | undefined) => void): () => void {
  const over = new AbortController()
  container
    .resolve(HubListener)
    .then((listener) => listener.listen(over.signal, tell))
    // The follower goes on with what the log has.
    .catch((error: unknown) => tell(error instanceof Error ? error : new Error(String(error))))
  return () => {
    over.abort()
  }
}

function openWorkspace(session: Session): Workspace {
  const workspace = findWorkspace(session.cwd, session.env)
  // Check this first: a .kittify that is a file or a link deserves a better message than "missing".
  assertSafe(workspace)
  requireInitialized(workspace)
  return workspace
}
