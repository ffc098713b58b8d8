import { join } from 'node:path'
import type { ErrorStorage } from '../../errors/error-storage.js'
import { isKittyError } from '../../errors/kitty-error.js'
import type { Notices } from '../../errors/notices.js'
import type { LogEvent } from '../../events-lib.js'
import type { EventLog } from '../../log/event-log.js'
import type { EventStore } from '../../store/event-store.js'
import type { Workspace } from '../../workspace/workspace.js'
import type { AfterEvents } from './after-events.js'
import { asSentence } from '../../errors/as-sentence.js'
import type { InstalledHook } from './extensions.js'
import { HookCursor } from './hook-cursor.js'
import { HookThread } from './hook-thread.js'
import { type PendingEvent, undelivered } from './undelivered.js'
import { UntoldEvents } from './untold-events.js'
import type { WriteLock } from '../../lock/write-lock.js'

/** Events per delivery. */
const BATCH = 100
/** How often one command looks for more. Where others write all the time, one of them goes on. */
const MOST_ROUNDS = 3

/** Keeps two processes from delivering to one hook. */
export interface HookLock {
  at(path: string): WriteLock
  /** How long a process waits for it, in milliseconds, before it leaves its events to the one that delivers. */
  readonly waitMs: number
}

/** Delivers to each hook the events it has not received, one hook after the other. See docs/plugins.md, "Hooks". */
export class HookRunner implements AfterEvents {
  readonly #untold: UntoldEvents

  constructor(
    private readonly hooks: readonly InstalledHook[],
    private readonly lock: HookLock,
    private readonly workspace: Workspace,
    private readonly log: EventLog,
    private readonly store: Pick<EventStore, 'written'>,
    private readonly errors: ErrorStorage,
    private readonly notices: Notices,
  ) {
    this.#untold = new UntoldEvents(workspace.privateDir)
  }

  async begin(): Promise<void> {
    for (const hook of this.hooks) {
      if (hook.hook.from === 'start') continue
      try {
        const folder = this.#folder(hook)
        const cursor = new HookCursor(folder)
        // Another process may begin it while this one waits for the lock.
        if (!cursor.exists) await this.#alone(folder, () => this.#start(hook, cursor))
      } catch {
        // Nothing is written yet. Its first run meets the same failure, reports it, and notes what it was to tell.
      }
    }
  }

  async run(): Promise<void> {
    for (const hook of this.hooks) {
      try {
        const folder = this.#folder(hook)
        await this.#alone(folder, () => this.#tellAll(hook, new HookCursor(folder)))
      } catch (error) {
        this.#noteUntold(hook)
        this.#recordFailure(hook, error)
      }
    }
  }

  #folder({ plugin, hook }: InstalledHook): string {
    return join(this.workspace.privateDir, 'hooks', plugin, hook.name)
  }

  /** Lets one process at a time deliver to a hook, so that the hook receives events in order. */
  async #alone(folder: string, work: () => Promise<void> | void): Promise<void> {
    const held = await this.lock
      .at(join(folder, 'lock'))
      .acquire('tell a plugin')
      .catch((error: unknown) => {
        // Another process is delivering, and looks for what this one wrote when it is done.
        if (isKittyError(error) && error.kind === 'LockTimeout') return undefined
        throw error
      })
    if (held === undefined) return
    try {
      await work()
    } finally {
      held.release()
    }
  }

  /** The hook hears from now on of what this command writes, and what it missed because it could not be started. */
  #start(hook: InstalledHook, cursor: HookCursor): void {
    if (cursor.exists || hook.hook.from === 'start') return
    const { events, marks } = undelivered(this.log, cursor)
    const due = new Set([...this.store.written, ...this.#untold.of(hook)])
    const skipped = events.filter(({ event_id }) => !due.has(event_id))
    cursor.begin()
    cursor.deliver(skipped.map(({ event_id }) => event_id))
    if (skipped.length === events.length) cursor.finish(marks)
    this.#untold.forget(hook)
  }

  /** After a delivery that took as long as others wait, looks for what they wrote. */
  async #tellAll(hook: InstalledHook, cursor: HookCursor): Promise<void> {
    for (let round = 1; round <= MOST_ROUNDS; round += 1) {
      const began = performance.now()
      await this.#tell(hook, cursor)
      if (performance.now() - began < this.lock.waitMs) return
    }
  }

  async #tell(hook: InstalledHook, cursor: HookCursor): Promise<void> {
    this.#start(hook, cursor)
    const { events: due, marks } = undelivered(this.log, cursor)
    cursor.begin()
    if (due.length > 0) await this.#deliver(hook, cursor, due)
    cursor.finish(marks)
  }

  async #deliver(hook: InstalledHook, cursor: HookCursor, due: readonly PendingEvent[]): Promise<void> {
    const thread = new HookThread(hook, this.workspace.root)
    try {
      for (let at = 0; at < due.length; at += BATCH) {
        const batch = due.slice(at, at + BATCH)
        await thread.deliver(this.#read(batch))
        cursor.deliver(batch.map(({ event_id }) => event_id))
      }
    } finally {
      await thread.close()
    }
  }

  #read(batch: readonly PendingEvent[]): LogEvent[] {
    return this.log.readEvents(batch).map((event, at) => {
      if (event !== undefined && event.event_id === batch[at]?.event_id) return event
      throw new Error('git rewrote the log while it was being told')
    })
  }

  /** Without a cursor, the hook would begin after these events. */
  #noteUntold(hook: InstalledHook): void {
    if (hook.hook.from === 'start' || this.#isStarted(hook)) return
    try {
      this.#untold.add(hook, [...this.store.written])
    } catch (error) {
      // The private folder takes nothing: the hook's failure is reported all the same.
      if (!isKittyError(error)) throw error
    }
  }

  /** False also where that cannot be found out: an event that is noted twice is told once. */
  #isStarted(hook: InstalledHook): boolean {
    try {
      return HookCursor.existsIn(this.#folder(hook))
    } catch {
      return false
    }
  }

  #recordFailure({ plugin, hook }: InstalledHook, error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error)
    const message = `The hook ${hook.name} of the plugin ${plugin} failed: ${asSentence(reason)} It is told again after the next write.`
    this.notices.warn(message)
    this.errors.record({
      error_type: 'HookFailure',
      entity_id: null,
      attempted_operation: `${plugin}.${hook.name}`,
      reason,
      context: { plugin, hook: hook.name },
    })
  }
}
