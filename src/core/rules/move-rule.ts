import type { Guard, MoveFacts, RefusalKind, WorkflowTable, LogEvent } from '../events-lib.js'
import { token } from '../token.js'

/** Phases one and two: conditions decide who may move a work package, and validators whether it may move. */
export interface MoveGuard extends Guard {
  /** The name in a workflow table: a plain word for kitty's own guards, `x.<plugin>.<name>` for a plugin's. */
  readonly name: string
  readonly phase: 'condition' | 'validator'
  readonly kind: RefusalKind
  /**
   * Checked on every move, whether or not the table names it. The guard may still pass moves that do not concern it.
   */
  readonly everyMove?: boolean
  /**
   * Returns the names of what blocks the move; empty lets it pass. Must be pure and fast: it runs under the write lock.
   */
  blockers(facts: MoveFacts, table: WorkflowTable): string[]
  message(facts: MoveFacts, blockers: readonly string[]): string
}

/** Phase three: what follows from a completed move. The event is on disk by then, and remains even if this fails. */
export interface PostFunction {
  readonly name: string
  readonly phase: 'after'
  /**
   * Runs while the write lock is still held, even if a repeated operation wrote nothing. Use it for quick, idempotent
   * work that another writer must not overtake. All other post-functions run once, after the lock is released.
   */
  readonly underLock?: boolean
  after(move: MadeMove): Promise<void> | void
  /** In place of `after`, for the moves of one append: work that would be the same for each of them. */
  afterAll?(moves: readonly MadeMove[]): Promise<void> | void
}

/** A rule about moves. Every class or object bound to `MoveRule` takes part: this is how a plugin adds one. */
export type MoveRule = MoveGuard | PostFunction

export const MoveRule = token<MoveRule>('MoveRule')

export interface MadeMove {
  readonly feature: string
  readonly workPackage: string
  readonly from: string
  readonly to: string
  readonly event: LogEvent
  /** The operation had already run; the event is the one from the first time. */
  readonly repeated: boolean
}
