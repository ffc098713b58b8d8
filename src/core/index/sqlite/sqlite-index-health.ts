import { accessSync, constants, lstatSync } from 'node:fs'
import { join } from 'node:path'
import { inject, injectable } from 'inversify'
import { systemCode } from '../../errors/kitty-error.js'
import type { MergeOptions } from '../../events-lib.js'
import { catchUp, type CatchUpOptions } from '../ingest/catch-up.js'
import { explanations } from '../ingest/conflict-resolution.js'
import type { EventIndex } from '../event-index.js'
import { IndexUnusable, LineNotThere } from '../index-unusable.js'
import { sharedPermissions } from '../../git/new-file-mode.js'
import { FileGuard } from '../../lock/file-guard.js'
import { repairCommand } from '../../own-package.js'
import { isFirstToday } from '../first-today.js'
import { type IndexHealth, IndexKeep, type RebuildReport } from '../index-health.js'
import type * as sqliteIndex from './sqlite-index.js'
import { MemoryEventIndex } from '../memory-event-index.js'
import { replay } from '../replay.js'
import { Workspace } from '../../workspace/workspace.js'
import { EventLog } from '../../log/event-log.js'
import { Session } from '../../workspace/session.js'
import { Notices } from '../../errors/notices.js'
import { FoldRules } from '../../workspace/config.js'
import { toRun } from '../../errors/next-step.js'
import { counted } from '../../errors/counted.js'

/** The index in `.kittify/events/index.db`. Loads SQLite and TypeORM on first use. */
@injectable()
export class SqliteIndexHealth implements IndexHealth {
  readonly #guard: FileGuard
  #index: Promise<EventIndex> | undefined
  #rebuilt = false
  #recovery: Promise<void> | undefined

  constructor(
    @inject(Workspace) private readonly workspace: Workspace,
    @inject(EventLog) private readonly log: EventLog,
    @inject(Session) private readonly session: Session,
    @inject(Notices) private readonly notices: Notices,
    @inject(FoldRules) private readonly foldRules: MergeOptions,
    @inject(IndexKeep) private readonly kept: { readonly keep: IndexKeep | undefined },
  ) {
    this.#guard = new FileGuard(workspace.privateDir, () => sharedPermissions(workspace.gitCommonDir))
  }

  current(): Promise<EventIndex> {
    this.#index ??= this.#open().catch((error: unknown) => {
      this.#index = undefined
      throw error
    })
    return this.#index
  }

  replay(seen?: CatchUpOptions['seen']): Promise<EventIndex> {
    return replay(this.log, this.foldRules, loadIndex, seen)
  }

  canRecoverFrom(error: unknown): boolean {
    return error instanceof IndexUnusable
  }

  mayPass(error: unknown): boolean {
    return error instanceof LineNotThere
  }

  async recover(error: unknown): Promise<void> {
    if (!(error instanceof IndexUnusable)) throw error
    // Concurrent reads fail together, and closing the index fails those still running: one recovery serves them all.
    this.#recovery ??= this.#recoverFrom(error).finally(() => (this.#recovery = undefined))
    await this.#recovery
  }

  async #recoverFrom(error: IndexUnusable): Promise<void> {
    await this.#closeForGood()
    // Another program's lock ends by itself, and a new file cannot fix a missing module.
    if (error.reason !== 'damaged' || this.#rebuilt) {
      await this.#readDirectly(error)
      return
    }
    this.#rebuilt = true
    try {
      const { events } = await this.rebuild()
      if (error.message !== MISSING)
        this.notices.warn(`The index was rebuilt from ${counted(events, 'event')}: ${error.message}`)
    } catch (again) {
      if (!(again instanceof IndexUnusable)) throw again
      await this.#readDirectly(again)
    }
  }

  async #readDirectly(error: IndexUnusable): Promise<void> {
    const why = error.reason === 'busy' ? 'index busy: another program holds it' : error.message
    // A missing module stays missing: warning at each command would be noise.
    if (error.reason !== 'unavailable') this.notices.warn(`The log is read directly, which is slower: ${why}`)
    else if (isFirstToday(join(this.workspace.privateDir, 'sqlite-notice'), this.session.now()))
      this.notices.warn(
        `The log is read directly, which is slower: ${why}. Everything works, with the index in memory. To add SQLite, which needs a compiler where no prebuilt one fits${toRun(repairCommand('install'))}`,
      )
    this.#index = this.#inMemory().catch((failure: unknown) => {
      this.#index = undefined
      throw failure
    })
    await this.#index
  }

  /** Filled immediately: the holder of the write lock takes the index as it is, since no one else appends. */
  async #inMemory(): Promise<EventIndex> {
    const index = new MemoryEventIndex(this.foldRules)
    await catchUp(this.log, index)
    return index
  }

  async rebuild(): Promise<RebuildReport> {
    const started = this.session.now().getTime()
    await this.#closeForGood()
    const { rebuildIndex } = await loadIndex()
    try {
      const progress = (lines: number): void => this.session.progress(lines)
      const { resolutions } = await rebuildIndex(
        this.log,
        this.workspace.indexFile,
        this.#guard,
        progress,
        this.foldRules,
      )
      for (const explanation of explanations(resolutions)) this.notices.warn(explanation)
    } finally {
      this.session.progressDone()
    }
    const index = await this.current()
    const seconds = (this.session.now().getTime() - started) / 1000
    return { events: await index.count(), files: (await index.watermarks()).length, seconds }
  }

  async close(): Promise<void> {
    const { keep } = this.kept
    if (keep === undefined) return this.#closeForGood()
    const open = this.#index
    this.#index = undefined
    await open?.then((index) => keep.give(index)).catch(() => undefined)
  }

  async #closeForGood(): Promise<void> {
    // Immediately: a read that comes next must not get the index that is about to close.
    const open = this.#index
    this.#index = undefined
    await this.kept.keep?.drop()
    // A failed close loses nothing: the index is derived.
    await open?.then((index) => index.close()).catch(() => undefined)
  }

  #notWritable(): string | undefined {
    for (const path of [this.workspace.eventsDir, this.workspace.indexFile]) {
      try {
        accessSync(path, constants.W_OK)
      } catch (error) {
        const code = systemCode(error)
        if (code === undefined) throw error
        return `${path} cannot be written by this user (${code})`
      }
    }
    return undefined
  }

  async #open(): Promise<EventIndex> {
    const stat = lstatSync(this.workspace.indexFile, { throwIfNoEntry: false })
    if (stat === undefined) throw new IndexUnusable('damaged', MISSING)
    if (!stat.isFile())
      throw new IndexUnusable('damaged', `${this.workspace.indexFile} was not a regular file`)
    const { keep } = this.kept
    const left = keep?.take(this.workspace.indexFile, this.foldRules)
    if (left !== undefined) return left
    const { openIndex } = await loadIndex()
    try {
      const index = await openIndex(this.workspace.indexFile, this.#guard, this.foldRules)
      keep?.opened(index, this.workspace.indexFile)
      return index
    } catch (error) {
      // SQLite reports a folder where it cannot create files the same way as a damaged file.
      const why = isDamage(error) ? this.#notWritable() : undefined
      throw why === undefined ? error : new IndexUnusable('denied', why, { cause: error })
    }
  }
}

function isDamage(error: unknown): boolean {
  return error instanceof IndexUnusable && error.reason === 'damaged'
}

/** A fresh clone has no index, which is not worth a warning. */
const MISSING = 'there is none yet'

type SqliteIndex = Pick<typeof sqliteIndex, 'openIndex' | 'rebuildIndex' | 'fillIndex'>

function loadIndex(): Promise<SqliteIndex> {
  return import('./sqlite-index.js').catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error)
    throw new IndexUnusable('unavailable', `the index's modules cannot be loaded (${reason})`, {
      cause: error,
    })
  })
}
