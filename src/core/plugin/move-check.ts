import type { MoveFacts } from '../events-lib.js'

/** Why a move is refused. */
export interface MoveObjection {
  /** What is wrong and what to do about it, one sentence each. */
  readonly message: string
  /** Names of whatever blocks the move. */
  readonly blockers?: readonly string[]
}

/** A plugin's rule that moves must pass. It must be pure; it runs under the write lock with everything up to date. */
export interface MoveCheck {
  /** `<plugin>.<name>`, unique. */
  readonly name: string
  /**
   * `condition` decides who may make the move and runs first. `validator` decides whether the move is allowed. Force
   * skips both.
   */
  readonly phase: 'condition' | 'validator'
  /** Undefined allows the move. Throwing refuses it: a rule that fails must not let anything through. */
  check(facts: MoveFacts): MoveObjection | undefined
}
