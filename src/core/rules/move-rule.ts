import type { Guard, MoveFacts, RefusalKind, WorkflowTable, LogEvent } from '../events-lib.js'
import { token } from '../token.js'

/** Phases one and two: who may move a work package, and whether it may move. */
export interface MoveGuard extends Guard {
  /** What a workflow table calls it: a plain word for kitty's own, `x.<plugin>.<name>` for a plugin's. */
  readonly name: string
  readonly phase: 'condition' | 'validator'
  readonly kind: RefusalKind
  /** Asked about every move, whether or not the table names it. It may still let those pass that do not concern it. */
  readonly everyMove?: boolean
  /** What stands in the way, by name; empty lets the move pass. Pure and quick: it is asked with the write lock held. */
  blockers(facts: MoveFacts, table: WorkflowTable): string[]
  message(facts: MoveFacts, blockers: readonly string[]): string
}

/** Phase three: what follows from a move that was made. The event is on disk by then, and stands whatever fails here. */
export interface PostFunction {
  readonly name: string
  readonly phase: 'after'
  /**
   * With the write lock still held, also when a repeated operation wrote nothing: for quick work that may be done
   * twice and must not be overtaken by another writer. All others run once, after the lock was let go.
   */
  readonly underLock?: boolean
  after(move: MadeMove): Promise<void> | void
}

/** One rule about moves. Every class or object bound to `MoveRule` takes part: that is how a plugin adds one. */
export type MoveRule = MoveGuard | PostFunction

export const MoveRule = token<MoveRule>('MoveRule')

export interface MadeMove {
  readonly feature: string
  readonly workPackage: string
  readonly from: string
  readonly to: string
  readonly event: LogEvent
  /** The operation had been carried out before; the event is that of the first time. */
  readonly repeated: boolean
}
