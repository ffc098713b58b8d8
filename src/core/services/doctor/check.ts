import { asNextSteps } from '../../errors/kitty-error.js'
import { type NextStep, shownCommand } from '../../errors/next-step.js'

/** What a failed check is about: the setup around the log, or the stored data. Determines the exit code. */
export type Area = 'environment' | 'data'

/** What a check found. */
export interface Verdict {
  readonly ok: boolean
  /** What is wrong and why it matters, or what is fine. */
  readonly message: string
  /** What `--fix` does or what to type, on one line. Null if there is nothing to do. */
  readonly fix: string | null
  readonly nextSteps: readonly NextStep[]
  /**
   * Does what `fix` says, with the write lock held. Never deletes the only copy of anything. A failed check without
   * `repair` needs a person.
   */
  readonly repair?: () => void | Promise<void>
}

/**
 * One thing that the doctor examines. To add one, extend place-checks.ts, machine-checks.ts, git-checks.ts,
 * log-checks.ts or problem-checks.ts.
 */
export interface Check {
  readonly name: string
  readonly area: Area
  look(): Verdict | Promise<Verdict>
}

export function well(message: string): Verdict {
  return { ok: true, message, fix: null, nextSteps: [] }
}

/** @param steps what the person can do, since kitty cannot know what is right */
export function byHand(message: string, ...steps: readonly (string | NextStep)[]): Verdict {
  const nextSteps = asNextSteps(steps)
  return { ok: false, message, fix: nextSteps.map(({ text }) => text).join('; ') || null, nextSteps }
}

/** @param does what `--fix` does, in the third person: "adds the missing lines" */
export function repairable(message: string, does: string, repair: () => void | Promise<void>): Verdict {
  const words = ['kitty', 'doctor', '--fix']
  return { ok: false, message, fix: [...words, does].join(' '), nextSteps: shownCommand(words, does), repair }
}

/** Formats a list as "a, b, c and 4 more". */
export function some(items: readonly string[], most = 3): string {
  const shown = items.slice(0, most).join(', ')
  return items.length > most ? `${shown} and ${items.length - most} more` : shown
}
