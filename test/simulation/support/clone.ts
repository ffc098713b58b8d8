import { createRegistry, type LogEvent } from '../../../src/core/events-lib.js'
import { NoticeList } from '../../../src/core/errors/notices.js'
import { catchUp } from '../../../src/core/index/ingest/catch-up.js'
import type { EventIndex } from '../../../src/core/index/event-index.js'
import { IndexUnusable, LineNotThere } from '../../../src/core/index/index-unusable.js'
import type { IndexHealth } from '../../../src/core/index/index-health.js'
import { MemoryEventIndex } from '../../../src/core/index/memory-event-index.js'
import type { HeldLock, WriteLock } from '../../../src/core/lock/write-lock.js'
import { FileArchive } from '../../../src/core/log/archive/archive.js'
import type { EventLog } from '../../../src/core/log/event-log.js'
import { FileClockStorage } from '../../../src/core/log/file-clock-storage.js'
import { DAILY_FILES } from '../../../src/core/log/format/day-file.js'
import { dayFilesFor } from '../../../src/core/log/format/writer-files.js'
import { JsonlEventLog } from '../../../src/core/log/jsonl-event-log.js'
import { Redactions } from '../../../src/core/log/redactions.js'
import { FileJournal } from '../../../src/core/log/repair/file-journal.js'
import { SeenClock } from '../../../src/core/log/seen-clock.js'
import { Acknowledged } from '../../../src/core/store/acknowledged.js'
import { AttributeGuard } from '../../../src/core/store/attribute-guard.js'
import type { EventStore } from '../../../src/core/store/event-store.js'
import { LogEventStore } from '../../../src/core/store/log-event-store.js'
import { Recovery } from '../../../src/core/store/recovery.js'
import type { Session } from '../../../src/core/workspace/session.js'
import type { Workspace } from '../../../src/core/workspace/workspace.js'
import type { Machine, Process } from './machine.js'
import type { PutFault } from './put-faults.js'
import type { Repository } from './repository.js'
import type { Scheduler } from './scheduler.js'

const REGISTRY = createRegistry()
const DIGITS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/** One clone on the machine: its files, its lock, its index, and how a process opens its store. */
export class Clone {
  readonly workspace: Workspace
  /** Acknowledged here, and so never to be lost here. */
  readonly acknowledged = new Map<string, LogEvent>()
  /** Acknowledged, and a power cut took its clock from the clone's memory. */
  readonly forgotten = new Set<string>()
  /**
   * Committed when a power cut took the journal, which is not synced: git has them, and who has git drop the commit drops
   * them.
   */
  readonly onlyInGit = new Set<string>()
  /** Git has removed their lines since the last command that was followed to its end: one is about to put them back. */
  readonly removedByGit = new Set<string>()
  /** Every event that its log has held. */
  readonly seen = new Map<string, LogEvent>()
  /** Since the present part of the history began. */
  hasGitWorked = false
  #holder: Process | undefined
  #index: MemoryEventIndex | undefined
  #indexWriter: Process | undefined
  readonly #torn = new WeakSet<MemoryEventIndex>()

  constructor(
    readonly repository: Repository,
    readonly machine: Machine,
    readonly scheduler: Scheduler,
    readonly isPerWriter: boolean,
    readonly fault: PutFault | undefined,
  ) {
    this.workspace = workspaceIn(repository.root)
  }

  /** As if someone had deleted `index.db`, or a power cut had left none. */
  dropIndex(): void {
    this.#index = undefined
    this.#indexWriter = undefined
  }

  /** For every process that has it open: the next call finds it damaged. */
  #tear(index: MemoryEventIndex): void {
    this.#torn.add(index)
    if (this.#index === index) this.dropIndex()
  }

  /** @param wrap changes the log that the store gets */
  open(process: Process, wrap: (log: EventLog) => EventLog = (log) => log): OpenStore {
    const { workspace } = this
    const notices = new NoticeList()
    const session = this.#session()
    const journal = new FileJournal(workspace.journalFile)
    const redactions = new Redactions(workspace.privateDir)
    const files = () =>
      this.isPerWriter ? dayFilesFor(workspace, { log: { files: 'per-writer' } }) : DAILY_FILES
    const warn = (text: string): void => notices.warn(text)
    const log = wrap(new JsonlEventLog(workspace, journal, files, warn, REGISTRY, redactions))
    const acknowledged = new Acknowledged(journal, new FileArchive(workspace.archiveDir), workspace, session)
    const attributes = new AttributeGuard(workspace, log, notices)
    const recovery = new Recovery(log, journal, acknowledged, workspace, attributes, redactions, notices)
    const clock = new FileClockStorage(workspace.clockFile, new SeenClock(`${workspace.privateDir}/clock`))
    const health = this.#health(process, log)
    const lock = this.#lock(process)
    const store = new LogEventStore(
      log,
      this.fault?.lock?.(lock) ?? lock,
      clock,
      health,
      recovery,
      attributes,
      session,
      notices,
      REGISTRY,
      {},
      { link: undefined },
    )
    return { store, log, notices }
  }

  #session(): Session {
    const { random } = this.machine
    return {
      cwd: this.workspace.root,
      env: {},
      now: () => new Date(Math.floor(this.machine.now)),
      nextId: (now) => {
        let time = now.getTime()
        let text = ''
        for (let at = 0; at < 10; at += 1, time = Math.floor(time / 32))
          text = DIGITS.charAt(time % 32) + text
        for (let at = 0; at < 16; at += 1) text += DIGITS.charAt(random.below(32))
        return text
      },
      progress: () => undefined,
      progressDone: () => undefined,
    }
  }

  /** As the kernel's: the lock of a process that is no more is free. */
  #lock(process: Process): WriteLock {
    const isFree = (): boolean => this.#holder === undefined || this.#holder.isDead
    return {
      acquire: async (): Promise<HeldLock> => {
        await this.scheduler.pause(process, isFree)
        this.#holder = process
        const release = (): void => {
          if (this.#holder === process) this.#holder = undefined
        }
        return { release, releaseForNow: release }
      },
      holder: () => undefined,
      close: () => undefined,
    }
  }

  /** One index for all processes, with pauses where SQLite's thread works; its transactions exclude each other. */
  #health(process: Process, log: EventLog): IndexHealth {
    let handle: { index: MemoryEventIndex; seen: EventIndex } | undefined
    return {
      current: async () => {
        const old = handle
        if (old !== undefined && !this.#torn.has(old.index)) return old.seen
        this.#index ??= new MemoryEventIndex()
        handle = { index: this.#index, seen: this.#seenBy(process, this.#index) }
        // As a rebuild does.
        if (old !== undefined) await catchUp(log, handle.seen)
        return handle.seen
      },
      replay: async () => {
        const index = new MemoryEventIndex()
        await catchUp(log, index)
        return index
      },
      canRecoverFrom: (error) => error instanceof IndexUnusable,
      mayPass: (error) => error instanceof LineNotThere,
      recover: async (error) => {
        // No fault is done to the index here: what it lacks, kitty failed to put into it.
        const isTorn = handle !== undefined && this.#torn.has(handle.index)
        if (!isTorn) throw new Error('the index was found damaged', { cause: error })
        if (handle !== undefined) this.#tear(handle.index)
      },
      rebuild: async () => {
        this.dropIndex()
        return { events: 0, files: 0, seconds: 0 }
      },
      close: async () => undefined,
    }
  }

  #seenBy(process: Process, index: MemoryEventIndex): EventIndex {
    const isFree = (): boolean => this.#indexWriter === undefined || this.#indexWriter === process
    const calls: Record<string, unknown> = {
      kind: 'sqlite',
      write: async (work: (writer: MemoryEventIndex) => Promise<unknown>) => {
        await this.scheduler.pause(process, isFree)
        if (this.#torn.has(index)) throw new IndexUnusable('damaged', 'its writer was killed')
        this.#indexWriter = process
        try {
          const result = await work(this.fault?.index?.(index) ?? index)
          this.#indexWriter = undefined
          return result
        } catch (error) {
          // SQLite would roll back, this index has to be read again.
          this.#tear(index)
          throw error
        }
      },
    }
    return new Proxy(index, {
      get: (_, name: string) => {
        if (name in calls) return calls[name]
        const value: unknown = Reflect.get(index, name)
        if (typeof value !== 'function') return value
        return async (...args: unknown[]): Promise<unknown> => {
          await this.scheduler.pause(process)
          if (this.#torn.has(index)) throw new IndexUnusable('damaged', 'its writer was killed')
          return value.apply(index, args) as unknown
        }
      },
    })
  }
}

export interface OpenStore {
  readonly store: EventStore
  readonly log: EventLog
  readonly notices: NoticeList
}

function workspaceIn(root: string): Workspace {
  const git = `${root}/.git`
  const kitty = `${root}/.kittify`
  const own = `${git}/kitty`
  return {
    root,
    gitCommonDir: git,
    gitDir: git,
    logGitDir: git,
    worktree: root,
    kittyDir: kitty,
    eventsDir: `${kitty}/events`,
    errorsDir: `${kitty}/errors`,
    clockFile: `${kitty}/clock.json`,
    configFile: `${kitty}/config.yaml`,
    indexFile: `${kitty}/index.db`,
    specsDir: `${root}/kitty-specs`,
    worktreesDir: `${root}/.worktrees`,
    privateDir: own,
    lockFile: `${own}/lock`,
    journalFile: `${own}/journal.jsonl`,
    archiveDir: `${own}/events`,
    tipsDir: `${own}/tips`,
    writerFile: `${own}/writer.json`,
    arrivalsFile: `${own}/arrivals`,
  }
}
