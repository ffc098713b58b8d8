import { type FailureDocument, failureOf } from '../cli/failure.js'
import type { StatusDocument } from '../projections/board-document.js'
import type { Row, StreamMessage } from './documents.js'

/** The board as it is now, plus what distinguishes a rewritten log from one that has grown. */
export interface Look {
  readonly board: StatusDocument
  /** What HEAD names. Another branch has another log. */
  readonly head: string
  /** The workflow's table as text: pages ask about the board again when it is another one. */
  readonly workflow: string
  /** Bytes read from each log file. */
  readonly sizes: ReadonlyMap<string, number>
}

/** Reports every change since this object was created. */
export interface Changes {
  /** Resolves to true after a change or a `retry`, or to false once `signal` is aborted. */
  next(signal: AbortSignal): Promise<boolean>
  /** Makes `next` resolve soon, change or not: the last look failed. */
  retry(): void
  /** Why what other clones do cannot come in at present. */
  readonly trouble: Error | undefined
  close(): void
}

export interface FeedSource {
  look(): Promise<Look>
  changes(): Changes
  /** Reports that the board cannot be read, once until it can. The feed tries again soon. */
  failed(error: unknown): void
}

interface Following {
  readonly stop: AbortController
  readonly first: Promise<void>
  readonly changes: Changes
}

interface Listener {
  readonly tell: (message: StreamMessage) => void
  /** False until the listener has received what it missed. */
  isReady: boolean
}

/** Lanes and moves are others, whatever the rows say. */
const WORKFLOW = 'workflow changed'

/** Messages kept for pages that reconnect. */
const KEPT = 200

/**
 * One board for all pages. Sends changes as messages from which a page can resume. Follows the log while it has
 * listeners, and otherwise holds nothing open.
 */
export class BoardFeed {
  readonly #listeners = new Set<Listener>()
  /** Rows by key, serialized, to detect changes. */
  #rows = new Map<string, string>()
  /** The latest messages, without gaps, up to number `#number`. Rows only: a page cannot resume from before a reset. */
  #messages: StreamMessage[] = []
  #number = 0
  #seen: Omit<Look, 'board'> | undefined
  /** One look for all pages that come during it. */
  #looking: Promise<void> | undefined
  #following: Following | undefined
  /** Why the board may not be the current one: it could not be read, or the hub could not. */
  #failure: FailureDocument | undefined

  /** @param run distinguishes this run of the server from others, whose message numbers mean something else */
  constructor(
    private readonly source: FeedSource,
    private readonly run: string,
  ) {}

  get listeners(): number {
    return this.#listeners.size
  }

  get isFollowing(): boolean {
    return this.#following !== undefined
  }

  /**
   * Sends what came after `lastId`, or the whole board if that cannot be determined, then every change.
   * @returns a function that stops listening
   * @throws what the source throws when the board cannot be read
   */
  async listen(lastId: string | undefined, tell: (message: StreamMessage) => void): Promise<() => void> {
    const listener: Listener = { tell, isReady: false }
    this.#listeners.add(listener)
    const end = (): void => {
      this.#listeners.delete(listener)
      if (this.#listeners.size > 0) return
      this.#following?.stop.abort()
      this.#following = undefined
    }
    try {
      const isFirst = this.#following === undefined
      this.#following ??= this.#follow()
      await this.#following.first
      if (!isFirst) await this.#lookAgain()
    } catch (error) {
      end()
      throw error
    }
    for (const message of this.#since(lastId)) tell(message)
    if (this.#failure !== undefined) tell(failed(this.#failure))
    listener.isReady = true
    return end
  }

  #follow(): Following {
    const stop = new AbortController()
    // Subscribe before the first look, so that no change between the two is missed.
    const changes = this.source.changes()
    const first = this.#refresh()
    const rest = async (): Promise<void> => {
      try {
        await first
        while (await changes.next(stop.signal)) await this.#refreshOrSay(changes)
      } finally {
        changes.close()
      }
    }
    rest().catch(() => undefined) // Can only reject with the first look's failure, which `listen` throws.
    return { stop, first, changes }
  }

  /** Leases and package files change without the log: a page that is opened or loaded again shows them as they are. */
  #lookAgain(): Promise<void> {
    this.#looking ??= this.#refreshOrSay(this.#following?.changes).finally(() => (this.#looking = undefined))
    return this.#looking
  }

  async #refreshOrSay(changes: Changes | undefined): Promise<void> {
    try {
      await this.#refresh()
    } catch (error) {
      changes?.retry()
      const failure = failureOf(error).document
      if (failure.message === this.#failure?.message) return
      this.#failure = failure
      this.source.failed(error)
      this.#tell(failed(failure))
    }
  }

  #since(lastId: string | undefined): StreamMessage[] {
    if (lastId === undefined) return [this.#reset('first')]
    const last = lastId.startsWith(`${this.run}-`) ? Number(lastId.slice(this.run.length + 1)) : NaN
    const missed = this.#number - last
    const isKnown = missed >= 0 && missed <= this.#messages.length
    return isKnown ? this.#messages.slice(this.#messages.length - missed) : [this.#reset('unknown id')]
  }

  async #refresh(): Promise<void> {
    const { board, ...seen } = await this.source.look()
    const rows = rowsOf(board).map((row) => ({ row, key: keyOf(row), text: JSON.stringify(row) }))
    const changed = rows.filter(({ key, text }) => this.#rows.get(key) !== text).map(({ row }) => row)
    const texts = new Map(rows.map(({ key, text }) => [key, text]))
    const gone = [...this.#rows.keys()].filter((key) => !texts.has(key))
    const before = this.#seen
    this.#seen = seen
    this.#rows = texts
    const saidBefore = this.#failure?.message
    const trouble = this.#following?.changes.trouble
    this.#failure = trouble && failureOf(trouble).document
    if (before === undefined) return
    const reason = startsOver(before, seen)
    if (
      reason !== WORKFLOW &&
      changed.length === 0 &&
      gone.length === 0 &&
      saidBefore === this.#failure?.message
    )
      return
    this.#number += 1
    if (reason === undefined) {
      const message: StreamMessage = { type: 'rows', id: this.#id(), rows: changed, gone }
      this.#messages = [...this.#messages, message].slice(-KEPT)
      this.#tell(message)
    } else {
      this.#messages = []
      this.#tell(this.#reset(reason))
    }
    // Last: a page takes a board for a current one.
    if (this.#failure !== undefined) this.#tell(failed(this.#failure))
  }

  #tell(message: StreamMessage): void {
    for (const { tell, isReady } of [...this.#listeners]) if (isReady) tell(message)
  }

  #reset(reason: string): StreamMessage {
    const rows = [...this.#rows.values()].map((text) => JSON.parse(text) as Row) // Written in #refresh.
    return { type: 'reset', id: this.#id(), rows, count: rows.length, reason }
  }

  #id(): string {
    return `${this.run}-${this.#number}`
  }
}

/** What a page is told that cannot be shown the board as it is now. */
export function failed({ message, next_steps }: Omit<FailureDocument, 'kind' | 'context'>): StreamMessage {
  return { type: 'failed', message, next_steps }
}

function startsOver(before: Omit<Look, 'board'>, now: Omit<Look, 'board'>): string | undefined {
  if (before.workflow !== now.workflow) return WORKFLOW
  if (before.head !== now.head) return 'branch switched'
  const isShorter = [...before.sizes].some(([file, size]) => (now.sizes.get(file) ?? 0) < size)
  return isShorter ? 'log rewritten' : undefined
}

/** Features come first, since a card names its feature. */
function rowsOf({ features }: StatusDocument): Row[] {
  return features.flatMap(({ lanes, ...feature }) => [feature, ...Object.values(lanes).flat()])
}

function keyOf(row: Row): string {
  return 'work_package' in row ? `${row.feature}/${row.work_package}` : row.feature
}
