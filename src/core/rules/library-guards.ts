/**
 * The events library's guards as rules of this program. The library defines what each one checks; the workflow table
 * defines when.
 */
import { injectable } from 'inversify'
import { type Guard, GUARDS, type MoveFacts, type RefusalKind, type WorkflowTable } from '../events-lib.js'
import type { MoveGuard } from './move-rule.js'

abstract class LibraryGuard implements MoveGuard {
  abstract readonly name: keyof typeof GUARDS
  abstract readonly phase: MoveGuard['phase']

  get kind(): RefusalKind {
    return this.#guard.kind
  }

  blockers(facts: MoveFacts, table: WorkflowTable): string[] {
    return this.#guard.blockers(facts, table)
  }

  message(facts: MoveFacts, blockers: readonly string[]): string {
    return this.#guard.message(facts, blockers)
  }

  get #guard(): Guard {
    return GUARDS[this.name]
  }
}

@injectable()
export class NotSomeoneElses extends LibraryGuard {
  readonly name = 'not_someone_elses'
  readonly phase = 'condition'
}

@injectable()
export class DependenciesDone extends LibraryGuard {
  readonly name = 'dependencies_done'
  readonly phase = 'validator'
}

@injectable()
export class SubtasksDone extends LibraryGuard {
  readonly name = 'subtasks_done'
  readonly phase = 'validator'
}

@injectable()
export class GatesPassed extends LibraryGuard {
  readonly name = 'gates_passed'
  readonly phase = 'validator'
}

@injectable()
export class ReasonGiven extends LibraryGuard {
  readonly name = 'reason_given'
  readonly phase = 'validator'
}

@injectable()
export class ReviewReferenceGiven extends LibraryGuard {
  readonly name = 'review_reference_given'
  readonly phase = 'validator'
}

@injectable()
export class EvidenceGiven extends LibraryGuard {
  readonly name = 'evidence_given'
  readonly phase = 'validator'
}
