import type { MoveFacts } from '../events-lib.js'

/** Why a move may not be made. */
export interface MoveObjection {
  /** What is wrong, and what to do about it: one sentence each. */
  readonly message: string
  /** What stands in the way, by name. */
  readonly blockers?: readonly string[]
}

/** A rule of a plugin's that moves must pass: pure, asked under the write lock with everything up to date. */
export interface MoveCheck {
  /** `<plugin>.<name>`, unique. */
  readonly name: string
  /** `condition`: who may make the move, asked first. `validator`: may it be made. Force skips both. */
  readonly phase: 'condition' | 'validator'
  /** Undefined lets the move pass. Throwing refuses it: a rule that cannot be asked does not let anything through. */
  check(facts: MoveFacts): MoveObjection | undefined
}
